//! What one request and one reply cost, without a command between them.
//!
//! `parse` reads a pipeline of 16 SETs with 16-byte values from one buffer; `reply` writes into a
//! buffer that has room. Times are for the whole pipeline or 16 replies: divide by 16.

#![allow(missing_docs)] // criterion_group! writes an undocumented function

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use numakv_core::resp::{Parsed, Parser, Reply, Spill};

const PIPELINED: usize = 16;

fn parse(c: &mut Criterion) {
    let set = b"*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000001\r\n$16\r\n0123456789abcdef\r\n";
    let stream = set.repeat(PIPELINED);
    let (mut parser, mut args) = (Parser::default(), Vec::new());
    c.bench_function("parse/set_pipeline_16", |b| {
        b.iter(|| {
            let mut rest = black_box(&stream[..]);
            while let Parsed::Request { consumed } = parser.next(rest, &mut args) {
                black_box(&args);
                rest = &rest[consumed..];
            }
            assert!(rest.is_empty());
        });
    });
}

fn reply(c: &mut Criterion) {
    let (mut out, mut spill) = (vec![0; 4096], Spill::new());
    let mut bench = |name: &str, write: &dyn Fn(&mut Reply<'_>)| {
        c.bench_function(name, |b| {
            b.iter(|| {
                let mut reply = Reply::new(black_box(&mut out), &mut spill, 2);
                write(&mut reply);
                black_box(reply.written())
            });
        });
    };
    let value = [b'x'; 64];
    bench("reply/ok_16", &|reply| {
        (0..PIPELINED).for_each(|_| reply.ok())
    });
    bench("reply/bulk_64_bytes_16", &|reply| {
        (0..PIPELINED).for_each(|_| reply.bulk(black_box(&value)));
    });
    bench("reply/int_16", &|reply| {
        (0..PIPELINED).for_each(|_| reply.int(black_box(1_234_567)));
    });
    bench("reply/double_16", &|reply| {
        (0..PIPELINED).for_each(|_| reply.double(black_box(0.1)));
    });
}

criterion_group!(benches, parse, reply);
criterion_main!(benches);
