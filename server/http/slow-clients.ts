// How long a client may take to say what it wants, and how much it may say before that. Whoever is slower, or says more, is hung up on.
import type { ServerOptions } from 'node:http'

export const slowClientLimits = {
  /** For all headers, ms. */
  headersTimeout: 15_000,
  /** For the whole request with its body, ms: the largest body of /v1 at 2 megabits a second. */
  requestTimeout: 135_000,
  /** How often the two are looked at, ms. */
  connectionsCheckingInterval: 5000,
  /** Bytes of all headers. */
  maxHeaderSize: 16 * 1024,
} as const satisfies ServerOptions

/** Connections at once, from everybody: far more than a house has, and far fewer than there are file handles. */
export const mostConnections = 2000
