// What the script of launcher-files.ts answered. A mod is taken only with every file of it known by its digest.
import type { LauncherCheckout, LauncherMod, ShownFile } from '../../domain/launcher-mod.ts'
import type { Answer } from './exec.ts'
import { largestModBytes, largestRecipeBytes, mostModFiles } from './scripts/launcher-files.ts'

const problems: Readonly<Record<string, string>> = {
  ok: '',
  'no folder': 'it is not a folder, so what it does cannot be shown.',
  'no script': 'it has no run.sh of its own.',
  odd: 'it holds a link or something else that is no file, so what it does cannot be shown.',
  name: 'a file in it has a name that cannot be shown.',
  large: `it is more than ${mostModFiles} files or ${largestModBytes / 1024 / 1024} MiB, which is too much to read before a yes.`,
}

/** In the order of their names. */
export function readLauncherFiles(answer: Answer): LauncherCheckout {
  const starting = (start: string): string[] => answer.names.filter((name) => name.startsWith(start))
  const recipes = starting('recipe ').map((section) => {
    const bytes = answer.bytes(section)
    return { name: section.slice('recipe '.length), text: bytes.length > largestRecipeBytes ? null : bytes.toString('utf8') }
  })
  const mods = starting('mod ').map((section) => modOf(answer, section.slice('mod '.length), answer.text(section).trim()))
  return { recipes, mods, unread: Number.parseInt(answer.text('unread'), 10) || 0 }
}

function modOf(answer: Answer, path: string, state: string): LauncherMod {
  const start = `file ${path}/`
  const files = answer.names
    .filter((name) => name.startsWith(start))
    .map((section) => ({ path: section.slice(start.length), ...fileOf(answer.bytes(section)) }))
  const whole = files.every((file) => /^[0-9a-f]{64}$/.test(file.digest)) && files.some((file) => file.path === 'run.sh')
  const problem = problems[state] ?? 'what it holds could not be read.'
  if (problem === '' && whole) return { path, files, problem: null }
  return { path, files: [], problem: problem === '' ? 'one of its files could not be read.' : problem }
}

function fileOf(bytes: Buffer): Omit<ShownFile, 'path'> {
  const end = bytes.indexOf('\n')
  const [size = '', digest = ''] = bytes.toString('latin1', 0, Math.max(0, end)).split(' ')
  const sizeBytes = Number.parseInt(size, 10) || 0
  const sent = bytes.subarray(end + 1)
  return { sizeBytes, digest, text: sizeBytes === 0 ? '' : shownText(sent), cut: sent.length < sizeBytes }
}

/** Null for what is no text, and for what was not sent. */
function shownText(bytes: Buffer): string | null {
  // The last character may be cut in two.
  const text = new TextDecoder().decode(bytes).replace(/\uFFFD$/, '')
  return bytes.length === 0 || text.includes('\0') || text.includes('\uFFFD') ? null : text
}
