//! stub
use super::{Answer, Call};
/// stub
pub fn config_resetstat(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn dbsize(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn debug(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn flushall(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn flushdb(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn info(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn lolwut(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn memory_doctor(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn memory_malloc_stats(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn memory_purge(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn memory_stats(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn memory_usage(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn swapdb(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn time(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
