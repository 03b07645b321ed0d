// The one act that helps against a failure: the words of its button, the page that does it, and the operation a program calls
// for the same. Named by the rows of the error table, so that every door offers the same.
import { z } from 'zod'

export const actKinds = [
  'switch_again',
  'bring_back',
  'choose_model',
  'see_model',
  'change_recipe',
  'remove_by_force',
  'see_machine',
  'set_up_machine',
  'show_key',
  'compare_keys',
  'see_downloads',
  'watch_switch',
  'see_home',
  'sign_in',
] as const
export type ActKind = (typeof actKinds)[number]

export const ActShape = z
  .object({
    kind: z.enum(actKinds),
    label: z.string().describe('Words of the button'),
    consequence: z.string().nullable().describe('What it does, where that must be known before'),
    method: z.enum(['get', 'post']),
    page: z.string().describe('Page of this appliance that does it'),
    operation: z.string().describe('Operation of the API that does the same'),
  })
  .meta({ id: 'Act' })
export type Act = z.output<typeof ActShape>

/** What a failure is about, as far as it is known. */
export interface ActFacts {
  readonly engine?: string | undefined
  readonly swap?: string | undefined
  /** Model that was wanted; null: a stop. */
  readonly model?: string | null | undefined
  readonly previous?: { readonly model: string; readonly name: string } | null | undefined
  /** `id` null: only its name is known. */
  readonly machine?: { readonly id: string | null; readonly name: string } | null | undefined
  readonly container?: string | undefined
}

type Row = (facts: ActFacts) => Omit<Act, 'kind' | 'consequence' | 'method'> & Partial<Pick<Act, 'consequence' | 'method'>>

const inUrl = encodeURIComponent
const engineOf = (facts: ActFacts): string => facts.engine ?? 'main'
const machinePage = ({ machine }: ActFacts, rest = ''): string => (machine?.id == null ? '/machines' : `/machines/${machine.id}${rest}`)
const machineName = ({ machine }: ActFacts): string => machine?.name ?? 'the machines'
const modelPage = ({ model }: ActFacts, rest = ''): string => (model == null ? '/library' : `/library/${inUrl(model)}${rest}`)

const rows: Readonly<Record<ActKind, Row>> = {
  switch_again: (facts) =>
    facts.model === null
      ? { label: 'Stop it again', page: `/engines/${engineOf(facts)}/stop`, operation: 'engines.stop' }
      : {
          label: 'Switch again',
          page: facts.model === undefined ? '/library' : `/swaps/new?model=${inUrl(facts.model)}`,
          operation: 'swaps.start',
        },
  bring_back: ({ previous }) => ({
    label: `Start ${previous?.name ?? 'the previous model'} again`,
    page: previous == null ? '/library' : `/swaps/new?model=${inUrl(previous.model)}`,
    operation: 'swaps.start',
  }),
  choose_model: () => ({ label: 'Choose a model', page: '/library', operation: 'models.list' }),
  see_model: (facts) => ({ label: 'Open the model', page: modelPage(facts), operation: 'models.find' }),
  change_recipe: (facts) => ({ label: 'Change the recipe', page: modelPage(facts, '/recipe'), operation: 'recipes.save' }),
  remove_by_force: (facts) => ({
    label: 'Remove it by force',
    consequence: `Docker ends ${facts.container ?? 'the container'} at once and does not wait for it. Answers it is writing are cut off, and nothing answers until you switch to a model. No other container is touched.`,
    method: 'post',
    page: `/engines/${engineOf(facts)}/removal`,
    operation: 'engines.remove',
  }),
  see_machine: (facts) => ({ label: `Look at ${machineName(facts)}`, page: machinePage(facts), operation: 'machines.check' }),
  set_up_machine: (facts) => ({
    label: `Check the set-up of ${machineName(facts)}`,
    page: machinePage(facts, '/survey'),
    operation: 'machines.survey',
  }),
  show_key: ({ machine }) => ({
    label: 'Show the key to add',
    page: machine?.id == null ? '/machines' : `/machines/new?machine=${machine.id}`,
    operation: 'machines.publicKey',
  }),
  compare_keys: (facts) => ({ label: 'Compare the keys', page: machinePage(facts), operation: 'machines.acceptHostKey' }),
  see_downloads: () => ({ label: 'Look at the downloads', page: '/library/downloads', operation: 'downloads.list' }),
  watch_switch: ({ swap }) => ({
    label: 'Look at the switch',
    page: swap === undefined || swap === '' ? '/' : `/swaps/${swap}`,
    operation: 'swaps.find',
  }),
  see_home: () => ({ label: 'Go to Home', page: '/', operation: 'status.find' }),
  sign_in: () => ({ label: 'Sign in', page: '/sign-in', operation: 'access.signIn' }),
}

export function actOf(kind: ActKind, facts: ActFacts): Act {
  return { kind, consequence: null, method: 'get', ...rows[kind](facts) }
}
