// Why a model is served as what it is: the first thing that decided, in the order in which it is asked.
import { type ModelFacts, nameHas } from './facts.ts'
import type { Family } from './family.ts'
import {
  baseHints,
  chatHints,
  embeddingHints,
  endsTurns,
  isHeadless,
  poolingTask,
  rankClasses,
  rankHints,
  scoreClasses,
  sentenceFiles,
  talksAs,
} from './task.ts'

const hinted = (facts: ModelFacts, hints: readonly string[]): string | undefined => hints.find((hint) => nameHas(facts.id, hint))
const classed = (facts: ModelFacts, test: RegExp): string | undefined => facts.classes.find((name) => test.test(name))

function poolingReason(facts: ModelFacts): string {
  const inClass = classed(facts, rankClasses) ?? classed(facts, scoreClasses)
  if (inClass !== undefined) return `its class is ${inClass}`
  const name = hinted(facts, rankHints) ?? hinted(facts, embeddingHints)
  if (name !== undefined) return `its name says "${name}"`
  return `the folder holds ${sentenceFiles.find((file) => facts.files.has(file)) ?? 'the files of an embedding'}`
}

/** `ofFamily`: the family's own reason, where it lays down what this model is. */
export function taskEvidence(facts: ModelFacts, family: Family | null, ofFamily: string | null): string {
  if (poolingTask(facts) !== null) return poolingReason(facts)
  if (ofFamily !== null) return ofFamily
  if (isHeadless(facts)) return `its class ${facts.classes[0] ?? ''} has no part that writes text`
  const base = hinted(facts, baseHints)
  if (base !== undefined && talksAs(facts, family) === 'completion')
    return `its name says "${base}", which is a model that only continues text`
  const chat = hinted(facts, chatHints)
  if (talksAs(facts, family) === 'chat') {
    if (facts.template !== null) return 'the folder holds a chat template'
    if (chat !== undefined) return `its name says "${chat}"`
  }
  const ends = endsTurns(facts, family)
  if (ends !== null) return `it stops at token ${facts.stops.join(', ')}, which ${ends === 'chat' ? 'ends a turn' : 'does not end a turn'}`
  return family === null ? 'nothing says that it converses' : `that is what models of ${family.title} are that say nothing else`
}
