// What the launcher's own help, its git log and its text say: era, date, and whether it carries words unharmed.
import type { Era, Launcher } from '../../domain/machine.ts'
import type { Answer } from './exec.ts'

/** Since this commit date (YYYY-MM-DD) words after `exec` reach vLLM byte for byte. */
const quotesSince = '2026-03-06'

export function readLauncher(answer: Answer): Launcher | null {
  const path = answer.text('launcher').trim()
  if (path === '') return null
  const help = answer.text('launcher_help')
  const git = /^([0-9a-f]{4,40}) (\d{4}-\d{2}-\d{2})/m.exec(answer.text('launcher_git'))
  const date = git?.[2] ?? null
  const flags = {
    solo: names(help, '--solo'),
    noRay: names(help, '--no-ray'),
    ray: names(help, '--ray'),
    env: names(help, '-e') || names(help, '--env'),
    volume: names(help, '-v') || names(help, '--volume'),
    mod: names(help, '--apply-mod'),
  }
  const era = eraOf(flags)
  const quotesInText = Number(answer.text('launcher_quotes').trim()) > 0
  const carriesQuotes = era === 'E3' || (era === 'E2' && (quotesInText || (date !== null && date >= quotesSince)))
  return { path, era, commit: git?.[1] ?? null, date, carriesQuotes, flags }
}

/** E1 knows no --solo; E3 is told apart by --ray (no-Ray became its default). */
function eraOf(flags: Launcher['flags']): Era {
  if (!flags.solo) return 'E1'
  return flags.ray ? 'E3' : 'E2'
}

function names(help: string, flag: string): boolean {
  return new RegExp(`(?:^|[\\s\\[|,(])${flag}(?=[\\s\\]|,)=<]|$)`, 'm').test(help)
}
