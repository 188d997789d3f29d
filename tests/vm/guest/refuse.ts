/**
 * Becomes another program after refusing it the memory policy calls, as a container's seccomp profile does.
 *
 *     deno run -A refuse.ts <program> [<argument> …]
 *
 * A filter in the kernel answers EPERM to mbind, set_mempolicy, get_mempolicy, migrate_pages, move_pages and
 * set_mempolicy_home_node, and lets everything else through. Knows x86-64's numbers of calls.
 * Invariant: the program replaces this process, so its id and its signals are the program's.
 *
 * @module
 */

const PR_SET_NO_NEW_PRIVS = 38;
const SYS_SECCOMP = 317;
const SECCOMP_SET_MODE_FILTER = 1;
/** For every thread of the process: which one makes the calls is Deno's affair. */
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const REFUSED = [237, 238, 239, 256, 279, 450];
const EPERM = 1;

/** One instruction of the filter: struct sock_filter. */
type Step = readonly [code: number, whenTrue: number, whenFalse: number, value: number];
const LOAD_NUMBER: Step = [0x20, 0, 0, 0];
const ALLOW: Step = [0x06, 0, 0, 0x7fff0000];
const REFUSE: Step = [0x06, 0, 0, 0x00050000 | EPERM];

const steps: readonly Step[] = [
  LOAD_NUMBER,
  ...REFUSED.map((number, index): Step => [0x15, REFUSED.length - index, 0, number]),
  ALLOW,
  REFUSE,
];
const code = new DataView(new ArrayBuffer(steps.length * 8));
steps.forEach(([operation, whenTrue, whenFalse, value], index) => {
  code.setUint16(index * 8, operation, true);
  code.setUint8(index * 8 + 2, whenTrue);
  code.setUint8(index * 8 + 3, whenFalse);
  code.setUint32(index * 8 + 4, value, true);
});

const libc = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32" },
  syscall: { parameters: ["i64", "u32", "u32", "buffer"], result: "i64" },
  execvp: { parameters: ["buffer", "buffer"], result: "i32" },
}).symbols;

function addressOf(bytes: BufferSource): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
}

/** struct sock_fprog: the length, and behind its padding the address. */
const program = new DataView(new ArrayBuffer(16));
program.setUint16(0, steps.length, true);
program.setBigUint64(8, addressOf(code.buffer), true);

const encoder = new TextEncoder();
const words = Deno.args.map((word) => encoder.encode(`${word}\0`));
const pointers = new BigUint64Array([...words.map(addressOf), 0n]);

if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) !== 0) throw new Error("Cannot give up rights");
const flags = SECCOMP_FILTER_FLAG_TSYNC;
const filtered = libc.syscall(
  ...[BigInt(SYS_SECCOMP), SECCOMP_SET_MODE_FILTER, flags, program.buffer] as const,
);
if (filtered !== 0n) throw new Error(`Cannot set the filter: ${filtered}`);
libc.execvp(words[0] ?? new Uint8Array(1), pointers);
throw new Error(`Cannot become '${Deno.args[0]}'`);
