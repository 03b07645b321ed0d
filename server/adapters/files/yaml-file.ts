// Reads a YAML file against a schema. Everything that is wrong becomes a problem with file and line; nothing is thrown.
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, stringify, visit } from 'yaml'
import type { FileProblem } from '../../app/ports.ts'
import { failureWord } from '../../domain/failure-code.ts'

/** A recipe is a page of text; anything longer was put there by mistake. */
const largestBytes = 256 * 1024

interface Issue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly keys?: unknown
}

/** What is asked of a schema of contract/recipe-file.ts. */
export interface FileSchema<Shape> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: Shape } | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
}

export type YamlReading<Shape> =
  | { readonly ok: true; readonly value: Shape; readonly text: string }
  | { readonly ok: false; readonly problems: readonly FileProblem[] }

async function textOf(path: string): Promise<{ readonly text: string } | { readonly why: string }> {
  // O_NONBLOCK by number: opening a pipe that nobody writes to must not wait.
  const file = await open(path, 0o4000).catch((error: unknown) => error)
  if (!(typeof file === 'object' && file !== null && 'stat' in file)) {
    return { why: `It cannot be opened (${failureWord(file)}).` }
  }
  const handle = file as Awaited<ReturnType<typeof open>>
  try {
    const about = await handle.stat()
    if (!about.isFile()) return { why: 'It is not a file.' }
    if (about.size > largestBytes) return { why: `It is larger than ${largestBytes / 1024} KiB.` }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await handle.readFile()) }
  } catch {
    return { why: 'It cannot be read as UTF-8 text.' }
  } finally {
    await handle.close()
  }
}

export const yamlStyle = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER, blockQuote: false } as const

/**
 * A value as YAML text that reads back as the same value. Texts stay on one line: yaml 2.9.1 loses blanks where it folds a quoted
 * text between a backslash and a line break, and where a block begins with a line of blanks.
 */
export function yamlText(value: unknown): string {
  return stringify(value, yamlStyle)
}

/** The parser's own words are about its grammar; these are about what stands there. */
const inWords: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the blanks at the beginning of this line do not fit the lines around it, or a bracket is not closed',
  MISSING_CHAR: 'something is missing here, such as a blank after the colon or a closing bracket or quote',
  TAB_AS_INDENT: 'a line begins with a tab; blanks are needed',
  DUPLICATE_KEY: 'the same key stands here twice',
  MULTILINE_IMPLICIT_KEY: 'a key must stay on one line; perhaps a colon is missing',
  BLOCK_AS_IMPLICIT_KEY: 'there is a second colon in this line; put the value in quotes',
  UNEXPECTED_TOKEN: 'a character stands here that does not belong; put the value in quotes',
  BAD_DQ_ESCAPE: 'a backslash in double quotes is written twice',
  BAD_SCALAR_START: 'a value begins with a character that YAML keeps for itself; put it in quotes',
}

const pathWords = (path: readonly PropertyKey[]): string => path.map(String).join('.')

/** The keys that the schema does not know; empty for every other kind of issue. */
function unknownKeys(issue: Issue): readonly string[] {
  return issue.code === 'unrecognized_keys' && Array.isArray(issue.keys) ? issue.keys.map(String) : []
}

function issueSentence(issue: Issue): string {
  const keys = unknownKeys(issue)
  if (keys.length > 0) {
    const where = issue.path.length > 0 ? ` in ${pathWords(issue.path)}` : ''
    return `Unknown key${keys.length > 1 ? 's' : ''}${where}: ${keys.join(', ').slice(0, 300)}.`
  }
  const message = issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '')
  return `${issue.path.length > 0 ? pathWords(issue.path) : 'The file'}: ${message}.`
}

/** Where the first of these keys stands in a map, or null. */
function keyPlace(holder: unknown, keys: readonly string[]): number | null {
  if (!isMap(holder)) return null
  const found = holder.items.find((pair) => isScalar(pair.key) && keys.includes(String(pair.key.value)))
  return found !== undefined && isScalar(found.key) ? (found.key.range?.[0] ?? null) : null
}

/** The place of an issue: the unknown key itself, else the value, else the nearest thing that holds it. */
function placeOf(document: ReturnType<typeof parseDocument>, issue: Issue): number | null {
  const nodeAt = (depth: number): unknown => (depth === 0 ? document.contents : document.getIn(issue.path.slice(0, depth), true))
  const key = keyPlace(nodeAt(issue.path.length), unknownKeys(issue))
  if (key !== null) return key
  for (let depth = issue.path.length; depth >= 0; depth -= 1) {
    const node = nodeAt(depth)
    if (isNode(node) && node.range) return node.range[0]
  }
  return null
}

/** What these files never hold and what could make more of them than stands there: references, and tags that name a kind of value. */
function strangerIn(document: ReturnType<typeof parseDocument>): { readonly at: number; readonly why: string } | null {
  let found: { at: number; why: string } | null = null
  visit(document, (_key, node) => {
    const isTagged = isNode(node) && !isAlias(node) && node.tag !== undefined
    if (isAlias(node)) found = { at: node.range?.[0] ?? 0, why: 'References (*name) are not used in these files.' }
    else if (isTagged) found = { at: node.range?.[0] ?? 0, why: 'Tags (!name) are not used in these files.' }
    return found === null ? undefined : visit.BREAK
  })
  return found
}

/** Reads one file. `file` in problems is the name only, so that a page shows no path of this machine. */
export async function readYaml<Shape>(path: string, schema: FileSchema<Shape>): Promise<YamlReading<Shape>> {
  const file = basename(path)
  const reading = await textOf(path)
  if ('why' in reading) return { ok: false, problems: [{ file, line: null, sentence: reading.why }] }
  return parseYaml(file, reading.text, schema)
}

/** The same for a text that is already in hand. */
export function parseYaml<Shape>(file: string, text: string, schema: FileSchema<Shape>): YamlReading<Shape> {
  const lines = new LineCounter()
  const problem = (at: number | null, sentence: string): FileProblem => ({
    file,
    line: at === null ? null : lines.linePos(at).line,
    sentence,
  })
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' })
    const broken = document.errors.map((error) =>
      problem(error.pos[0], `Not valid YAML: ${inWords[error.code] ?? (error.message.split('\n')[0] ?? '').replace(/\.$/, '')}.`),
    )
    if (broken.length > 0) return { ok: false, problems: broken.slice(0, 20) }
    const stranger = strangerIn(document)
    if (stranger !== null) return { ok: false, problems: [problem(stranger.at, stranger.why)] }
    const parsed = schema.safeParse(document.toJS({ maxAliasCount: 0 }))
    if (parsed.success) return { ok: true, value: parsed.data, text }
    return { ok: false, problems: parsed.error.issues.slice(0, 20).map((issue) => problem(placeOf(document, issue), issueSentence(issue))) }
  } catch {
    // Nesting deeper than the parser's stack ends here.
    return { ok: false, problems: [{ file, line: null, sentence: 'Not valid YAML: it is nested too deeply to be read.' }] }
  }
}
