//! stub
use super::{Answer, Call};
/// stub
pub fn numa_info(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numa_pool(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numa_topology(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numamigrate_info(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numamigrate_key(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numamigrate_reset(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn numamigrate_stats(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
