// A disk that really gets full: a file system of a few megabytes where one can be mounted; elsewhere the system's own limit on
// the size of files, which fails the same writes.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly path: string
  readonly kind: 'mounted' | 'limited'
  /** Not one more byte can be written. */
  fill(): void
  /** There is room again. */
  free(): void
  close(): void
}

export function openSmallDisk(megabytes = 3): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700`, 'tmpfs', path], { stdio: 'ignore' })
    return mounted(path)
  } catch {
    return limited(path)
  }
}

function mounted(path: string): SmallDisk {
  const ballast = join(path, 'ballast')
  return {
    path,
    kind: 'mounted',
    fill() {
      const file = openSync(ballast, 'a')
      try {
        for (;;) writeSync(file, Buffer.alloc(4096))
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(ballast, { force: true }),
    close() {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true })
    },
  }
}

function limited(path: string): SmallDisk {
  const limit = (bytes: string): void => void execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`])
  // Without a listener the system would end this process at the first write beyond the limit.
  const survive = (): void => undefined
  process.on('SIGXFSZ', survive)
  const free = (): void => limit('unlimited')
  return {
    path,
    kind: 'limited',
    fill: () => limit(String(Math.max(...readdirSync(path).map((name) => statSync(join(path, name)).size)))),
    free,
    close() {
      free()
      process.off('SIGXFSZ', survive)
      rmSync(path, { recursive: true })
    },
  }
}
