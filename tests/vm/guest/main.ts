/**
 * The checks, in order, in one process: they share one server, as starting one takes seconds here.
 *
 * Knows the files. Invariant: a check leaves no key behind that a later one would count.
 *
 * @module
 */
import { startShared, stopShared } from "./shared.ts";
import "./topology.ts";
import "./keys.ts";
import "./displaced.ts";
import "./full.ts";
import "./strategies.ts";
import "./limits.ts";
import "./refused.ts";

Deno.test.beforeAll(startShared);
Deno.test.afterAll(stopShared);
