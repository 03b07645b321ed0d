// Runs the tests. On a CI computer, files that failed get one second try as a whole, said loudly: a shared computer may stand still for
// seconds under a browser and an sshd. The tests of a file build on each other, so a second try of a single test would prove nothing.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** More failing files than this are a fault, not bad luck. */
const mostAgain = 3

interface Report {
  readonly testResults: readonly { readonly name: string; readonly status: string }[]
}

function vitest(args: readonly string[]): number {
  const { status, error } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], { stdio: 'inherit' })
  if (error !== undefined) throw error
  return status ?? 1
}

function failedFiles(report: string): readonly string[] {
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  return testResults.filter((one) => one.status === 'failed').map((one) => relative(process.cwd(), one.name))
}

const folder = mkdtempSync(join(tmpdir(), 'spark-tests-'))
try {
  const report = join(folder, 'report.json')
  const code = vitest(['--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)])
  const failed = code === 0 || process.env['CI'] !== 'true' ? [] : failedFiles(report)
  if (failed.length === 0 || failed.length > mostAgain) process.exitCode = code
  else {
    console.log(
      `\nSECOND TRY of ${failed.length === 1 ? 'a file' : `${failed.length} files`} that failed once:\n  ${failed.join('\n  ')}\n`,
    )
    process.exitCode = vitest(failed)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
