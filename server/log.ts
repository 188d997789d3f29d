/**
 * The server's log, in the line format of redis-server, so that tools that read one read the other.
 *
 * Knows no option and no core; main gives it level and file. Invariant: one message is one line, whatever it holds.
 *
 * Messages go to a file or to standard output. Syslog is not supported: the option table refuses `syslog-enabled yes`.
 *
 * @module
 */

/** Levels, least important first; `nothing` logs none. */
export const LOG_LEVELS = ["debug", "verbose", "notice", "warning", "nothing"] as const;

/** How important a message is. */
export type LogLevel = Exclude<LogThreshold, "nothing">;

/** The least important level that is written. */
export type LogThreshold = typeof LOG_LEVELS[number];

/** What the process is: `M` a master, `S` a replica, `C` a child or a server that is still starting. */
export type Role = "M" | "S" | "C";

/** Characters of one message that are written; the rest is cut off and counted. */
export const LOG_MESSAGE_MAX = 4096;

/** The sign that stands for a level in the line. */
const MARKS: Readonly<Record<LogLevel, string>> = {
  debug: ".",
  verbose: "-",
  notice: "*",
  warning: "#",
};

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** What a log is made with; everything may be left out. */
export interface LogOptions {
  /** The least important level that is written; `notice` unless told. */
  readonly threshold?: LogThreshold;
  /** The file to append to; empty or missing is standard output. */
  readonly file?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The process id to show. */
  readonly pid?: number;
  /** Takes finished lines instead of file and standard output. */
  readonly write?: (line: string) => void;
}

/** Writes messages. Each is on disk, or with the kernel, when the call returns. */
export class Log implements Disposable {
  /** The least important level that is written; may be changed at any time. */
  threshold: LogThreshold;
  /** Shown in every line; may be changed at any time. */
  role: Role = "C";
  readonly #now: () => number;
  readonly #pid: number;
  readonly #write: (line: string) => void;
  readonly #file: Deno.FsFile | undefined;

  /** @throws {Error} when the file cannot be opened for appending */
  constructor(options: LogOptions = {}) {
    this.threshold = options.threshold ?? "notice";
    this.#now = options.now ?? Date.now;
    this.#pid = options.pid ?? Deno.pid;
    this.#file = options.write === undefined && options.file ? openLog(options.file) : undefined;
    this.#write = options.write ?? lineWriter(this.#file ?? Deno.stdout);
  }

  /** For developers. */
  debug(message: string): void {
    this.write("debug", message);
  }

  /** Rarely useful, but not noise. */
  verbose(message: string): void {
    this.write("verbose", message);
  }

  /** What an operator wants to know. */
  notice(message: string): void {
    this.write("notice", message);
  }

  /** What an operator must know. */
  warning(message: string): void {
    this.write("warning", message);
  }

  /** Writes `message` at `level`, unless the threshold is above it. */
  write(level: LogLevel, message: string): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.threshold)) return;
    const time = formatTime(new Date(this.#now()));
    this.#write(`${this.#pid}:${this.role} ${time} ${MARKS[level]} ${oneLine(message)}\n`);
  }

  /**
   * Writes lines `level text`, as core hands them up. A line whose first word is no level is a warning as it stands.
   */
  relay(lines: string): void {
    for (const line of lines.split("\n")) {
      if (line === "") continue;
      const [word = "", ...rest] = line.split(" ");
      if (isLogLevel(word)) this.write(word, rest.join(" "));
      else this.write("warning", line);
    }
  }

  /** Closes the file, if there is one; nothing may be written afterwards. */
  [Symbol.dispose](): void {
    this.#file?.close();
  }
}

/** Whether `word` names a level that messages can have. */
export function isLogLevel(word: string): word is LogLevel {
  return Object.hasOwn(MARKS, word);
}

/** `21 Nov 2026 01:58:28.234`, in local time. */
function formatTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  const day = `${two(time.getDate())} ${MONTHS[time.getMonth()]} ${time.getFullYear()}`;
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** Escapes line breaks and other control characters, and cuts what is too long. */
function oneLine(message: string): string {
  const rest = message.length - LOG_MESSAGE_MAX;
  const kept = rest > 0 ? `${message.slice(0, LOG_MESSAGE_MAX)}... (${rest} more)` : message;
  return kept.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => {
    if (char === "\t") return char;
    if (char === "\n") return "\\n";
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

function openLog(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { append: true, create: true, mode: 0o644 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open the log file '${path}': ${reason}`, { cause: error });
  }
}

/** Writes whole lines. A full disk or a closed pipe costs the line, never the server. */
function lineWriter(target: { writeSync(bytes: Uint8Array): number }): (line: string) => void {
  const encoder = new TextEncoder();
  return (line) => {
    let bytes = encoder.encode(line);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(target.writeSync(bytes));
    } catch {
      // There is no other place to say it.
    }
  };
}
