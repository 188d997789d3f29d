//! stub
use super::{Answer, Call};
/// stub
pub fn auth(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_getname(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_getredir(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_id(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_info(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_kill(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_list(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_no_evict(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_pause(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_reply(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_setname(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn client_unpause(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn echo(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn hello(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn ping(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn quit(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn reset(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn select(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
