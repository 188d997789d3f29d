//! stub
use super::{Answer, Call};
/// stub
pub fn copy(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn del(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn exists(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn expire(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn expireat(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn expiretime(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn keys(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn move_(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn object_encoding(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn object_freq(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn object_idletime(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn object_refcount(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn persist(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn pexpire(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn pexpireat(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn pexpiretime(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn pttl(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn randomkey(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn rename(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn renamenx(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn scan(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn touch(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn ttl(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn type_(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn unlink(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn wait(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
