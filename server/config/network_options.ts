/**
 * Options of sockets, clients, process and log.
 *
 * A table: one line an option, no behaviour. Invariant: names and aliases are unique over all tables (options.ts checks).
 *
 * @module
 */

import * as kind from "./kinds.ts";
import {
  CORE,
  FILE_ONLY,
  GUARDED,
  LIVE,
  type Option,
  option,
  refuseUnless,
  SERVER,
  warnUnless,
} from "./option.ts";

const { bool, choice, int, INT_MAX, memory, text, UINT_MAX, words } = kind;
const MB = 1048576;

/** Where clients connect. */
// deno-fmt-ignore
export const NETWORK_OPTIONS: readonly Option[] = [
  option("bind", kind.addresses, "127.0.0.1 -::1", "Addresses to listen on; one behind '-' may be missing on this machine.", SERVER, LIVE),
  option("bind-source-addr", text, "", "Address that outgoing connections to peers come from.", LIVE),
  option("port", int(0, 65535), "6379", "TCP port for clients; 0 opens none.", SERVER, LIVE),
  option("tcp-backlog", int(0, INT_MAX), "511", "Connections the kernel may hold that are not accepted yet.", CORE),
  option("tcp-keepalive", int(0, INT_MAX), "300", "Seconds between TCP keep-alive probes; 0 sends none.", CORE, LIVE),
  option("unixsocket", text, "", "Path of a Unix socket for clients; empty opens none.", SERVER),
  option("unixsocketperm", kind.octal, "0", "Permission bits of that socket; 0 leaves them to the umask.", SERVER),
  option("protected-mode", bool, "yes", "Without a password, answer only connections from this machine.", CORE, LIVE),
  option("socket-mark-id", int(0, UINT_MAX), "0", "Mark that listening sockets carry for the packet filter.",
    warnUnless("0", "sockets are not marked; match the port in the packet filter instead")),
  option("timeout", int(0, INT_MAX), "0", "Seconds after which an idle client is closed; 0 never.", CORE, LIVE),
  option("maxclients", int(1, UINT_MAX), "10000", "Clients that may be connected at once.", CORE, LIVE),
  option("client-query-buffer-limit", memory(MB, kind.LONG_MAX), "1073741824", "Bytes of one client's unfinished requests.", CORE, LIVE),
  option("client-output-buffer-limit", kind.bufferLimits,
    "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
    "Bytes of replies a client may leave unread before it is closed, by class.", CORE, LIVE),
  option("maxmemory-clients", kind.memoryOrPercent, "0", "Bytes all clients' buffers may use together; 0 is no limit.", LIVE,
    warnUnless("0", "clients are not closed for memory yet; client-output-buffer-limit and client-query-buffer-limit work")),
  option("proto-max-bulk-len", memory(MB, kind.LONG_MAX), "536870912", "Bytes of the longest single argument.", CORE, LIVE),
  option("tracking-table-max-keys", int(0, kind.LONG_MAX), "1000000", "Keys remembered for client-side caching.", LIVE),
  option("io-threads", int(1, 128), "1", "Redis' socket threads.",
    warnUnless("1", "numakv serves with listeners, each on a thread of its own; set listeners instead")),
  option("io-threads-do-reads", bool, "no", "Whether Redis' socket threads also read."),
];

/** Encryption. */
// deno-fmt-ignore
export const TLS_OPTIONS: readonly Option[] = [
  option("tls-port", int(0, 65535), "0", "TCP port for encrypted connections; 0 opens none.", LIVE,
    refuseUnless("0", "encrypted connections are not supported yet, and clients that need them could not connect; put a TLS proxy in front")),
  option("tls-replication", bool, "no", "Whether links between master and replica are encrypted.", LIVE),
  option("tls-cluster", bool, "no", "Whether links between cluster peers are encrypted.", LIVE),
  option("tls-auth-clients", choice("no", "yes", "optional"), "yes", "Whether clients need a certificate.", LIVE),
  option("tls-cert-file", text, "", "The server's certificate.", LIVE),
  option("tls-key-file", text, "", "The key of that certificate.", LIVE),
  option("tls-key-file-pass", text, "", "The password of that key.", LIVE),
  option("tls-client-cert-file", text, "", "The certificate for outgoing connections.", LIVE),
  option("tls-client-key-file", text, "", "The key of that certificate.", LIVE),
  option("tls-client-key-file-pass", text, "", "The password of that key.", LIVE),
  option("tls-dh-params-file", text, "", "Parameters of the Diffie-Hellman key exchange.", LIVE),
  option("tls-ca-cert-file", text, "", "Certificates of the authorities that are trusted.", LIVE),
  option("tls-ca-cert-dir", text, "", "Folder with certificates of the authorities that are trusted.", LIVE),
  option("tls-protocols", text, "", "Versions of TLS that are allowed.", LIVE),
  option("tls-ciphers", text, "", "Ciphers that are allowed up to TLS 1.2.", LIVE),
  option("tls-ciphersuites", text, "", "Ciphers that are allowed in TLS 1.3.", LIVE),
  option("tls-prefer-server-ciphers", bool, "no", "Whether the server's order of ciphers counts.", LIVE),
  option("tls-session-caching", bool, "yes", "Whether TLS sessions can be resumed.", LIVE),
  option("tls-session-cache-size", int(0, INT_MAX), "20480", "TLS sessions that are remembered.", LIVE),
  option("tls-session-cache-timeout", int(0, INT_MAX), "300", "Seconds a TLS session is remembered.", LIVE),
];

/** Who may do what. */
// deno-fmt-ignore
export const SECURITY_OPTIONS: readonly Option[] = [
  option("requirepass", text, "", "Password of the default user; empty asks for none.", CORE, LIVE),
  option("aclfile", text, "", "File that lists users.",
    refuseUnless("", "users are not supported yet, so everybody would be the default user; use requirepass")),
  option("user", kind.records, "", "A user and what it may do.", FILE_ONLY,
    refuseUnless((lines) => /^(user )?(default on nopass( sanitize-payload)? ~\* &\* \+@all)?$/.test(lines),
      "users are not supported yet, so everybody would be the default user; use requirepass")),
  option("acllog-max-len", int(0, kind.LONG_MAX), "128", "Refused commands that ACL LOG remembers.", LIVE),
  option("acl-pubsub-default", choice("allchannels", "resetchannels"), "resetchannels", "Channels a new user may use.", LIVE),
  option("rename-command", kind.records, "", "Another name for a command, or none.", FILE_ONLY,
    refuseUnless("", "commands cannot be renamed, so a command you closed would stay open")),
  option("enable-protected-configs", choice("no", "yes", "local"), "no", "Who may CONFIG SET dir and dbfilename.", SERVER),
  option("enable-debug-command", choice("no", "yes", "local"), "no", "Who may use DEBUG.", CORE),
  option("enable-module-command", choice("no", "yes", "local"), "no", "Who may use MODULE; modules are not supported."),
  option("loadmodule", kind.records, "", "A module to load.", FILE_ONLY,
    refuseUnless("", "modules are not supported, so their commands and types would be missing")),
];

const PROCESS_TITLE = kind.matching(
  "<template>",
  /^(?!$)([^{}]|\{(title|listen-addr|server-mode|port|tls-port|unixsocket|config-file)\})*$/,
  "template format is invalid or contains unknown variables",
);

/** Process and log. */
// deno-fmt-ignore
export const PROCESS_OPTIONS: readonly Option[] = [
  option("include", kind.records, "", "Another file, or a pattern for several, read in place.", FILE_ONLY),
  option("daemonize", bool, "no", "Whether the server goes to the background.", SERVER),
  option("supervised", choice("upstart", "systemd", "auto", "no"), "no", "Service manager to tell that the server is ready.",
    warnUnless("no", "no service manager is told when the server is ready; use Type=simple or Type=exec in a systemd unit")),
  option("pidfile", text, "", "File that holds the process id while the server runs.", SERVER),
  option("loglevel", choice("debug", "verbose", "notice", "warning", "nothing"), "notice", "Least important messages that are logged.", SERVER, LIVE),
  option("logfile", text, "", "File that messages go to; empty is standard output.", SERVER),
  option("syslog-enabled", bool, "no", "Whether messages go to the system's log.",
    refuseUnless("no", "messages cannot go to syslog, and would be missing where you look for them; use logfile, or standard output under a service manager")),
  option("syslog-ident", text, "redis", "Name of the server in the system's log."),
  option("syslog-facility", choice("user", ...Array.from({ length: 8 }, (_, i) => `local${i}`)), "local0", "Facility in the system's log."),
  option("crash-log-enabled", bool, "yes", "Whether a crash leaves a report in the log.", LIVE),
  option("crash-memcheck-enabled", bool, "yes", "Whether a crash is followed by a test of the memory.", LIVE),
  option("always-show-logo", bool, "no", "Whether the banner is shown when messages go to a file.", SERVER),
  option("set-proc-title", bool, "yes", "Whether the process list shows the server's address."),
  option("proc-title-template", PROCESS_TITLE, "{title} {listen-addr} {server-mode}", "What the process list shows.", LIVE),
  option("dir", kind.directory, ".", "Working directory; files are written there.", SERVER, GUARDED),
  option("shutdown-timeout", int(0, INT_MAX), "10", "Seconds a shutdown waits for replicas.", LIVE),
  option("shutdown-on-sigint", kind.shutdownWishes, "default", "How SIGINT shuts the server down.", SERVER, LIVE),
  option("shutdown-on-sigterm", kind.shutdownWishes, "default", "How SIGTERM shuts the server down.", SERVER, LIVE),
  option("server_cpulist", kind.cpuList, "", "CPUs of the listeners, of these those of each one's node.", CORE),
  option("bio_cpulist", kind.cpuList, "", "CPUs of the threads behind the listeners: keeper, mover, compactor, patrol.", CORE),
  option("aof_rewrite_cpulist", text, "", "CPUs of Redis' append-only file rewriter."),
  option("bgsave_cpulist", text, "", "CPUs of Redis' snapshot writer."),
  option("ignore-warnings", words, "", "Start-up warnings of Redis that are not fatal.", LIVE),
  option("oom-score-adj", choice("no", "yes", "relative", "absolute"), "no", "Whether the kernel's out-of-memory score is changed.", LIVE,
    warnUnless("no", "the out-of-memory score is not changed; set OOMScoreAdjust= in the service")),
  option("oom-score-adj-values", kind.integers(3, -2000, 2000, "Invalid oom-score-adj-values, elements must be between -2000 and 2000."),
    "0 200 800", "Scores of master, replica and background child.", LIVE),
  option("disable-thp", bool, "yes", "Whether transparent huge pages are switched off for the process."),
];
