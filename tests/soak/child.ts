// A part that is a program of its own: run with its words shown, its end awaited.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Closing } from '../bench/ground.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs `node ...args` in the root folder; resolves with its exit code. Ended with `closing`. */
export function runNode(closing: Closing, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number | null> {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  closing.add(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return ended
}
