// What the appliance would say about a hub folder on this disk, as a table or as JSON.
import type { Family } from '../../domain/family.ts'
import { folderSentence, folderState } from '../../domain/folder.ts'
import { inferModel } from '../../domain/infer.ts'
import type { FolderListing, Inference } from '../../domain/model.ts'
import { modelName } from '../../domain/model-name.ts'
import { readHub } from './hub.ts'
import { readFamilies } from './recipe-files.ts'
import { shippedRecipes } from './shipped-dir.ts'

/** One folder as `inspect --json` tells it. */
export interface Inspected {
  readonly repo: string
  readonly complete: boolean
  readonly state: string
  readonly servable: boolean | null
  readonly as: string | null
  readonly reason: string | null
  readonly quantization: string
  readonly capabilities: readonly string[]
  readonly tool_call_parser: string | null
  readonly reasoning_parser: string | null
  readonly topology: { readonly kind: string; readonly min_nodes: number; readonly tp: number }
  readonly flags: Readonly<Record<string, string | number | true>>
}

function inspected(listing: FolderListing, inference: Inference, now: number): Inspected {
  const state = folderState(listing, now)
  return {
    repo: listing.id,
    complete: state === 'complete',
    state,
    servable: inference.servable,
    as: inference.as,
    reason: inference.reason,
    quantization: inference.quantization,
    capabilities: inference.capabilities,
    tool_call_parser: inference.toolCallParser,
    reasoning_parser: inference.reasoningParser,
    topology: { kind: inference.topology.kind, min_nodes: inference.topology.minNodes, tp: inference.topology.tp },
    flags: Object.fromEntries(inference.flags.map((flag) => [flag.name, flag.value])),
  }
}

const machines = (inference: Inference): string => {
  if (inference.topology.kind === 'too_large') return 'too large for eight machines'
  return inference.topology.minNodes === 1 ? '1 machine' : `${inference.topology.minNodes} machines`
}

function paragraph(listing: FolderListing, families: readonly Family[], now: number): string {
  const inference = inferModel(listing, families)
  const state = folderState(listing, now)
  const lines = [`${modelName(listing.id)}  (${listing.id})`, `  ${folderSentence(state, listing, now)}`]
  if (inference.servable === true) {
    const stored = inference.quantization === 'none' ? [] : [inference.quantization.toUpperCase()]
    lines.push(`  Serves as ${[inference.as, machines(inference), ...stored, ...inference.capabilities].join(', ')}.`)
  }
  if (inference.reason !== null) lines.push(`  ${inference.reason}`)
  for (const flag of inference.flags) {
    lines.push(`    ${`--${flag.name}${flag.value === true ? '' : ` ${flag.value}`}`.padEnd(44)} ${flag.reason}`)
  }
  return `${printable(lines.join('\n'))}\n`
}

/** What a folder says is shown on a terminal: its control characters are not obeyed. */
const printable = (text: string): string => text.replaceAll(/[^\P{C}\n]/gu, '?')

/** Runs `inspect HUB_DIR [--json]`: the text to print and the exit code. */
export async function inspect(words: readonly string[], now: number): Promise<{ readonly text: string; readonly code: number }> {
  const dirs = words.filter((word) => !word.startsWith('--'))
  const unknown = words.find((word) => word.startsWith('--') && word !== '--json')
  const [dir] = dirs
  if (dir === undefined || dirs.length > 1 || unknown !== undefined) {
    return {
      text: `${unknown === undefined ? 'Name one hub folder' : `Unknown option ${unknown}`}: spark-control inspect HUB_DIR [--json]\n`,
      code: 2,
    }
  }
  const { families } = await readFamilies(shippedRecipes().families)
  if (families.length === 0) return { text: 'The recipes that belong to Spark Control are missing from this installation.\n', code: 1 }
  const listings = await readHub(dir).catch(() => null)
  if (listings === null) return { text: `The folder ${dir} cannot be read.\n`, code: 1 }
  if (words.includes('--json')) {
    const all = listings.map((listing) => inspected(listing, inferModel(listing, families), now))
    return { text: `${JSON.stringify(all, null, 2)}\n`, code: 0 }
  }
  if (listings.length === 0)
    return { text: `There is no model in ${dir}. A hub folder holds folders named models--owner--name.\n`, code: 0 }
  return { text: listings.map((listing) => paragraph(listing, families, now)).join('\n'), code: 0 }
}
