// Secrets of tests and simulated lives: nothing random, no file. Sealed texts do not show what they hold, so a leak is still seen.
import type { Sealer } from '../../server/app/sealing-ports.ts'

/** Two with another `key` cannot open each other's. */
export function createFakeSealer(key = 'key'): Sealer {
  const head = (what: string): string => `fake.${Buffer.from(`${key} ${what}`).toString('base64url')}.`
  return {
    seal: (what, text) => head(what) + Buffer.from(text).toString('base64url'),
    open: (what, sealed) => (sealed.startsWith(head(what)) ? Buffer.from(sealed.slice(head(what).length), 'base64url').toString() : null),
  }
}
