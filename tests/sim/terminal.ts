// A terminal on a simulated node: starts an executable and keeps what it writes.
import type { World } from './core/types.ts'

export interface Session {
  /** stdout and stderr as they came, stderr not marked. */
  text: string
  out: string
  err: string
  /** null while it runs. */
  code: number | null
  /** The terminal is closed: SIGHUP. */
  hangUp(): void
}

/** Starts `tool argv...` on a node; let the clock move to see it end. */
export function type(world: World, node: string, tool: string, ...argv: readonly string[]): Session {
  const life = new AbortController()
  const session: Session = { text: '', out: '', err: '', code: null, hangUp: () => life.abort(new Error('hang-up')) }
  const io = {
    out(text: string) {
      session.out += text
      session.text += text
    },
    err(text: string) {
      session.err += text
      session.text += text
    },
    signal: life.signal,
  }
  void world.run({ node, tool, argv, env: {}, cwd: '/home/spark' }, io).then((code) => {
    session.code = code
  })
  return session
}
