//! stub
use super::{Answer, Call};
/// stub
pub fn append(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn decr(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn decrby(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn get(call: &mut Call<'_, '_>) -> Answer { let key = call.args.get(1); match call.read_string(key)? { None => call.reply.null(), Some(v) => v.with_bytes(|b| call.reply.bulk(b)) }; Ok(()) }
/// stub
pub fn getdel(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn getex(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn getrange(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn getset(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn incr(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn incrby(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn incrbyfloat(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn lcs(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn mget(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn mset(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn msetnx(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn psetex(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn set(call: &mut Call<'_, '_>) -> Answer { let key = call.args.get(1); let t = call.target(key); let f = call.peek(t); let v = crate::object::string::StringValue::parse(call.args.get(2)); call.set_string(t, f, v, v.encoding(), crate::keyspace::update::Deadline::Clear)?; call.changed(); call.reply.ok(); Ok(()) }
/// stub
pub fn setex(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn setnx(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn setrange(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn strlen(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
/// stub
pub fn substr(call: &mut Call<'_, '_>) -> Answer {
    call.reply.ok();
    Ok(())
}
