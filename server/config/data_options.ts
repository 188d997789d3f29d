/**
 * Options of memory, types, NUMA, measuring, persistence and peers.
 *
 * A table: one line an option, no behaviour. Invariant: names and aliases are unique over all tables (options.ts checks).
 *
 * @module
 */

import * as kind from "./kinds.ts";
import { toggle } from "./node_kinds.ts";
import {
  alias,
  CORE,
  GUARDED,
  HIDDEN,
  LIVE,
  type Option,
  option,
  OWN,
  refuseUnless,
  SERVER,
  warnUnless,
} from "./option.ts";

const { bool, choice, clamped, int, INT_MAX, LONG_MAX, matching, memory, text, words } = kind;

/** How much memory, and what happens at its end. */
// deno-fmt-ignore
export const MEMORY_OPTIONS: readonly Option[] = [
  option("databases", int(1, INT_MAX), "16", "Number of databases, 0 the first.", CORE),
  option("maxmemory", memory(), "0", "Bytes the data may use; 0 is no limit.", CORE, LIVE),
  option("maxmemory-policy",
    choice("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"),
    "noeviction", "Which keys go when maxmemory is reached.", CORE, LIVE),
  option("maxmemory-samples", int(1, INT_MAX), "5", "Keys that are compared to find one to evict.", CORE, LIVE),
  option("maxmemory-eviction-tenacity", int(0, 100), "10", "How much time eviction may take.", CORE, LIVE),
  option("lfu-log-factor", int(0, INT_MAX), "10", "How slowly the access counter rises.", CORE, LIVE),
  option("lfu-decay-time", int(0, INT_MAX), "1", "Minutes after which the access counter falls by one.", CORE, LIVE),
  option("active-expire-effort", int(1, 10), "1", "How hard expired keys are looked for.", CORE, LIVE),
  option("hz", clamped(1, 500), "10", "Background rounds a second.", CORE, LIVE),
  option("dynamic-hz", bool, "yes", "Whether many clients mean more rounds.", LIVE),
  option("activerehashing", bool, "yes", "Whether idle time is used to grow tables; numakv's tables grow in small steps anyway.", LIVE),
  option("lazyfree-lazy-eviction", bool, "no", "Whether evicted values are freed in the background.", CORE, LIVE),
  option("lazyfree-lazy-expire", bool, "no", "Whether expired values are freed in the background.", CORE, LIVE),
  option("lazyfree-lazy-server-del", bool, "no", "Whether overwritten values are freed in the background.", CORE, LIVE),
  option("lazyfree-lazy-user-del", bool, "no", "Whether DEL frees in the background, as UNLINK does.", CORE, LIVE),
  option("lazyfree-lazy-user-flush", bool, "no", "Whether FLUSHALL frees in the background unless told otherwise.", CORE, LIVE),
  option("activedefrag", bool, "no", "Whether what lies thinly in memory is moved together without being asked.", CORE, LIVE),
  option("active-defrag-cycle-min", int(1, 99), "1", "Least percent of CPU for defragmentation.", CORE, LIVE),
  option("active-defrag-cycle-max", int(1, 99), "25", "Most percent of CPU for defragmentation.", CORE, LIVE),
  option("active-defrag-threshold-lower", int(0, 1000), "10", "Percent of waste at which defragmentation starts.", CORE, LIVE),
  option("active-defrag-threshold-upper", int(0, 1000), "100", "Percent of waste at which it works hardest.", CORE, LIVE),
  option("active-defrag-ignore-bytes", memory(1, LONG_MAX), "104857600", "Bytes of waste below which it rests.", CORE, LIVE),
  option("active-defrag-max-scan-fields", int(1, LONG_MAX), "1000", "Fields of one value it walks between two looks at the clock.", CORE, LIVE),
  option("jemalloc-bg-thread", bool, "yes", "Whether Redis' allocator cleans up in the background.", LIVE),
];

/** NUMA nodes and listeners: what no other server has. */
// deno-fmt-ignore
export const NUMA_OPTIONS: readonly Option[] = [
  option("topology", matching("auto|fake:<cpu nodes>[+<memory-only nodes>]", /^(auto|fake:[1-9]\d?(\+\d\d?)?)$/, "argument must be auto, fake:2 or the like of fake:2+1"),
    "auto", "The machine's NUMA nodes, or made-up ones for trying and testing.", CORE, OWN),
  option("listeners", matching("<count>|auto", /^(auto|[1-9]\d{0,2})$/, "argument must be auto or a number between 1 and 999"),
    "auto", "Threads that serve clients; auto is one for each CPU that may be used.", SERVER, OWN),
  option("numa-listen", kind.nodeEndpoints, "", "An endpoint for the clients of one NUMA node.", SERVER, OWN),
  option("numa-hotness-threshold", int(0, 7), "5", "Hotness from which a key counts as hot.", CORE, LIVE, OWN),
  option("numa-hotness-decay-seconds", int(1, 86400), "10", "Seconds after which an unused key's hotness falls by one.", CORE, LIVE, OWN),
  option("numa-hotness-sample-keys", int(1, 1000000), "16384", "Keys a second that are looked at to estimate hotness; with one node a sixteenth of them.", CORE, LIVE, OWN),
  option("numa-hotness-sample-usec", int(1, 1000000), "15000", "Microseconds a second that this may take in core.", CORE, LIVE, OWN),
  option("numa-hotness-batch-size", int(1, 10000), "50", "Keys on the list of those that should move.", SERVER, LIVE, OWN),
  option("numa-migrate-step-usec", int(10, 1000000), "200", "Microseconds for which a move may hold a key at a time.", CORE, LIVE, OWN),
  option("numa-migrate-step-bytes", memory(4096, LONG_MAX), "262144", "Bytes that a move may write while it holds a key.", CORE, LIVE, OWN),
  option("numa-migrate-cpu-percent", int(1, 100), "50", "The mover's share of a core's time.", CORE, LIVE, OWN),
  option("numa-migrate-bandwidth", memory(0, LONG_MAX), "268435456", "Bytes a second moved by jobs that no client waits for; 0 is no limit.", CORE, LIVE, OWN),
  option("numa-migrate-keys-per-second", int(0, LONG_MAX), "100000", "Keys a second moved by jobs that no client waits for; 0 is no limit.", CORE, LIVE, OWN),
  option("numa-patrol-pages", int(0, 16777216), "32768", "Pages a second that the kernel is asked about, to find those on a wrong node; 0 is none.", CORE, LIVE, OWN),
  option("numa-rehome", toggle, "yes", "Whether pages found on a wrong node are brought home in the background.", CORE, LIVE, OWN),
];

/** Where a type's layout changes. */
// deno-fmt-ignore
export const TYPE_OPTIONS: readonly Option[] = [
  option("hash-max-listpack-entries", int(0, LONG_MAX), "512", "Fields of a hash in one listpack.", CORE, LIVE, alias("hash-max-ziplist-entries")),
  option("hash-max-listpack-value", memory(0, LONG_MAX), "64", "Bytes of a field or value in a listpack.", CORE, LIVE, alias("hash-max-ziplist-value")),
  option("list-max-listpack-size", int(-INT_MAX - 1, INT_MAX), "-2", "Elements in a list's listpack, or its bytes: -1 is 4 KB, -5 is 64 KB.", CORE, LIVE, alias("list-max-ziplist-size")),
  option("list-compress-depth", int(0, INT_MAX), "0", "Listpacks at each end that are never compressed; 0 compresses none.", CORE, LIVE),
  option("set-max-intset-entries", int(0, LONG_MAX), "512", "Members of a set of integers in one array.", CORE, LIVE),
  option("zset-max-listpack-entries", int(0, LONG_MAX), "128", "Members of a sorted set in one listpack.", CORE, LIVE, alias("zset-max-ziplist-entries")),
  option("zset-max-listpack-value", memory(0, LONG_MAX), "64", "Bytes of a sorted set's member in a listpack.", CORE, LIVE, alias("zset-max-ziplist-value")),
  option("hll-sparse-max-bytes", memory(0, LONG_MAX), "3000", "Bytes of a HyperLogLog's sparse layout.", LIVE),
  option("stream-node-max-bytes", memory(0, LONG_MAX), "4096", "Bytes of one node of a stream.", LIVE),
  option("stream-node-max-entries", int(0, LONG_MAX), "100", "Entries of one node of a stream.", LIVE),
  option("sanitize-dump-payload", choice("no", "yes", "clients"), "no", "Whether RESTORE checks its payload in full.", LIVE),
  option("busy-reply-threshold", int(0, LONG_MAX), "5000", "Milliseconds of a script after which others get BUSY.", LIVE, alias("lua-time-limit")),
];

/** What is measured and told. */
// deno-fmt-ignore
export const MEASURE_OPTIONS: readonly Option[] = [
  option("slowlog-log-slower-than", int(-1, LONG_MAX), "10000", "Microseconds from which a command is slow; -1 logs none, 0 all.", CORE, LIVE),
  option("slowlog-max-len", int(0, LONG_MAX), "128", "Slow commands that are remembered.", CORE, LIVE),
  option("latency-monitor-threshold", int(0, LONG_MAX), "0", "Milliseconds from which an event counts as latency; 0 watches none.", CORE, LIVE),
  option("latency-tracking", bool, "yes", "Whether each command's latency is counted.", CORE, LIVE),
  option("latency-tracking-info-percentiles", kind.percentiles, "50 99 99.9", "Percentiles that INFO shows.", CORE, LIVE),
  option("notify-keyspace-events", kind.notifications, "", "Classes of events that are published.", CORE, LIVE),
];

const NOT_SAVED =
  'no snapshot is written yet, so nothing survives a restart; write save "" to say that this is meant';

/** Snapshots and the append-only file. */
// deno-fmt-ignore
export const PERSISTENCE_OPTIONS: readonly Option[] = [
  option("save", kind.savePoints, "3600 1 300 100 60 10000", "Seconds and changes after which a snapshot is written.", LIVE,
    warnUnless("", NOT_SAVED)),
  option("stop-writes-on-bgsave-error", bool, "yes", "Whether writes are refused when a snapshot failed.", LIVE),
  option("rdbcompression", bool, "yes", "Whether snapshots are compressed.", LIVE),
  option("rdbchecksum", bool, "yes", "Whether snapshots end with a checksum."),
  option("rdb-key-save-delay", int(-INT_MAX - 1, INT_MAX), "0", "Microseconds a snapshot waits at each key, for tests.", LIVE, HIDDEN),
  option("key-load-delay", int(-INT_MAX - 1, INT_MAX), "0", "Microseconds loading waits at each key, for tests.", LIVE, HIDDEN),
  option("rdb-del-sync-files", bool, "no", "Whether snapshots made for replicas are deleted.", LIVE),
  option("rdb-save-incremental-fsync", bool, "yes", "Whether a snapshot is flushed to disk as it grows.", LIVE),
  option("dbfilename", text, "dump.rdb", "Name of the snapshot in dir.", GUARDED),
  option("appendonly", bool, "no", "Whether every write is logged to disk.", LIVE,
    refuseUnless("no", "writes are not logged to disk yet, so they would be lost at the end of the process")),
  option("appendfilename", text, "appendonly.aof", "First part of the names of append-only files."),
  option("appenddirname", text, "appendonlydir", "Folder of the append-only files in dir."),
  option("appendfsync", choice("everysec", "always", "no"), "everysec", "When logged writes are flushed to disk.", LIVE),
  option("no-appendfsync-on-rewrite", bool, "no", "Whether flushing rests during a rewrite.", LIVE),
  option("auto-aof-rewrite-percentage", int(0, INT_MAX), "100", "Percent of growth that starts a rewrite.", LIVE),
  option("auto-aof-rewrite-min-size", memory(0, LONG_MAX), "67108864", "Bytes below which no rewrite starts.", LIVE),
  option("aof-load-truncated", bool, "yes", "Whether a cut-off append-only file is loaded.", LIVE),
  option("aof-use-rdb-preamble", bool, "yes", "Whether a rewrite starts with a snapshot.", LIVE),
  option("aof-timestamp-enabled", bool, "no", "Whether the append-only file carries times.", LIVE),
  option("aof-rewrite-incremental-fsync", bool, "yes", "Whether a rewrite is flushed to disk as it grows.", LIVE),
  option("aof-disable-auto-gc", bool, "no", "Whether old append-only files are left in place.", LIVE),
];

const ALONE =
  "replication is not supported yet, so the server would hold other data than its master";

/** Masters and replicas. */
// deno-fmt-ignore
export const REPLICATION_OPTIONS: readonly Option[] = [
  option("replicaof", words, "", "Address and port of the master.", alias("slaveof"),
    refuseUnless((value) => value === "" || value.toLowerCase() === "no one", ALONE)),
  option("masterauth", text, "", "Password for the master.", LIVE),
  option("masteruser", text, "", "User name for the master.", LIVE),
  option("replica-serve-stale-data", bool, "yes", "Whether a replica answers without its master.", LIVE, alias("slave-serve-stale-data")),
  option("replica-read-only", bool, "yes", "Whether a replica refuses writes.", LIVE, alias("slave-read-only")),
  option("replica-ignore-maxmemory", bool, "yes", "Whether a replica leaves eviction to its master.", LIVE, alias("slave-ignore-maxmemory")),
  option("replica-lazy-flush", bool, "no", "Whether a replica frees old data in the background.", LIVE, alias("slave-lazy-flush")),
  option("replica-priority", int(0, INT_MAX), "100", "Rank of a replica for Sentinel; 0 is never promoted.", LIVE, alias("slave-priority")),
  option("replica-announced", bool, "yes", "Whether Sentinel shows the replica.", LIVE),
  option("replica-announce-ip", text, "", "Address a replica tells its master.", LIVE, alias("slave-announce-ip")),
  option("replica-announce-port", int(0, 65535), "0", "Port a replica tells its master.", LIVE, alias("slave-announce-port")),
  option("replica-ignore-disk-write-errors", bool, "no", "Whether a replica goes on when it cannot write to disk.", LIVE),
  option("propagation-error-behavior", choice("ignore", "panic", "panic-on-replicas"), "ignore", "What a command that fails on a replica causes.", LIVE),
  option("repl-diskless-sync", bool, "yes", "Whether a full copy goes straight to the socket.", LIVE),
  option("repl-diskless-sync-delay", int(0, INT_MAX), "5", "Seconds to wait for more replicas.", LIVE),
  option("repl-diskless-sync-max-replicas", int(0, INT_MAX), "0", "Replicas that end that wait early.", LIVE),
  option("repl-diskless-load", choice("disabled", "on-empty-db", "swapdb"), "disabled", "Whether a full copy is loaded from the socket.", LIVE),
  option("repl-disable-tcp-nodelay", bool, "no", "Whether replication waits for full packets.", LIVE),
  option("repl-ping-replica-period", int(1, INT_MAX), "10", "Seconds between pings to replicas.", LIVE, alias("repl-ping-slave-period")),
  option("repl-timeout", int(1, INT_MAX), "60", "Seconds without a sign of life that end a link.", LIVE),
  option("repl-backlog-size", memory(1, LONG_MAX), "1048576", "Bytes of writes kept for replicas that come back.", LIVE),
  option("repl-backlog-ttl", int(0, LONG_MAX), "3600", "Seconds the backlog outlives the last replica.", LIVE),
  option("min-replicas-to-write", int(0, INT_MAX), "0", "Replicas without which writes are refused.", LIVE, alias("min-slaves-to-write"),
    refuseUnless("0", "replication is not supported yet, so writes would be taken that no replica holds")),
  option("min-replicas-max-lag", int(0, INT_MAX), "10", "Seconds of lag up to which a replica counts.", LIVE, alias("min-slaves-max-lag")),
];

const HOST_NAME = matching(
  "<host name>",
  /^[a-z0-9.-]{0,255}$/i,
  "Hostnames may only contain alphanumeric characters, hyphens or dots, and at most 255 of them",
);

/** The cluster. */
// deno-fmt-ignore
export const CLUSTER_OPTIONS: readonly Option[] = [
  option("cluster-enabled", bool, "no", "Whether the server is a peer of a cluster.",
    refuseUnless("no", "the cluster is not supported yet, so the server would take keys of other peers")),
  option("cluster-config-file", text, "nodes.conf", "File in which the cluster keeps its state."),
  option("cluster-port", int(0, 65535), "0", "Port of the cluster's links; 0 is port + 10000."),
  option("cluster-node-timeout", int(0, LONG_MAX), "15000", "Milliseconds after which a silent peer has failed.", LIVE),
  option("cluster-replica-validity-factor", int(0, INT_MAX), "10", "Age of data at which a replica may not take over.", LIVE, alias("cluster-slave-validity-factor")),
  option("cluster-replica-no-failover", bool, "no", "Whether a replica never takes over.", LIVE, alias("cluster-slave-no-failover")),
  option("cluster-migration-barrier", int(0, INT_MAX), "1", "Replicas a master keeps before one may leave it.", LIVE),
  option("cluster-allow-replica-migration", bool, "yes", "Whether replicas may change their master.", LIVE),
  option("cluster-require-full-coverage", bool, "yes", "Whether a hole in the hash slots stops the cluster.", LIVE),
  option("cluster-allow-reads-when-down", bool, "no", "Whether a stopped cluster still answers reads.", LIVE),
  option("cluster-allow-pubsubshard-when-down", bool, "yes", "Whether a stopped cluster still serves sharded channels.", LIVE),
  option("cluster-link-sendbuf-limit", memory(), "0", "Bytes that may wait on one link; 0 is no limit.", LIVE),
  option("cluster-preferred-endpoint-type", choice("ip", "hostname", "unknown-endpoint"), "ip", "What redirections name.", LIVE),
  option("cluster-announce-hostname", HOST_NAME, "", "Host name told to peers.", LIVE),
  option("cluster-announce-ip", text, "", "Address told to peers.", LIVE),
  option("cluster-announce-port", int(0, 65535), "0", "Port told to peers.", LIVE),
  option("cluster-announce-tls-port", int(0, 65535), "0", "Encrypted port told to peers.", LIVE),
  option("cluster-announce-bus-port", int(0, 65535), "0", "Link port told to peers.", LIVE),
];
