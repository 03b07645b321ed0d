// Errors of models, recipes and plans.
import { error } from './define-error.ts'

type Why = { why: string }

export const modelErrors = {
  model_unknown: error<{ model: string }>({
    status: 404,
    title: 'This model is not on any disk',
    happened: (f) => `"${f.model}" is not on the disk of any machine.`,
    now: () => 'Nothing was changed.',
    next: () => 'Download it on a machine, then press "Look again" under Models.',
    act: 'choose_model',
    retry: 'no',
    sample: { model: 'Qwen/Qwen3-8B' },
  }),
  recipe_unknown: error<{ recipe: string }>({
    status: 404,
    title: 'No such recipe',
    happened: (f) => `There is no recipe "${f.recipe}" for this model.`,
    now: () => 'Nothing was changed.',
    next: () => 'Open the model under Models to see the recipes it has.',
    act: 'see_model',
    retry: 'no',
    sample: { recipe: 'shipped:x' },
  }),
  recipe_unconfirmed: error<{ recipe: string }>({
    status: 409,
    title: 'This recipe needs your word once',
    happened: (f) => `The recipe ${f.recipe} was worked out from the model's files and nobody has confirmed it yet.`,
    now: () => 'Nothing was changed.',
    next: () => "Read its flags on the model's page and confirm it there, once.",
    act: 'see_model',
    retry: 'no',
    sample: { recipe: 'inferred:Qwen/Qwen3-8B' },
  }),
  recipe_invalid: error<Why>({
    status: 422,
    title: 'The recipe cannot be used',
    happened: (f) => `The recipe cannot be used: ${f.why}.`,
    now: () => 'Nothing was saved.',
    next: () => 'Correct what is named here.',
    retry: 'no',
    sample: { why: 'flags.port: expected a number' },
  }),
  plan_stale: error<Record<string, never>>({
    status: 409,
    title: 'The plan has changed',
    happened: () => 'Something changed since this plan was shown.',
    now: () => 'Nothing was started. The new plan is here.',
    next: () => 'Read the new plan and confirm it again.',
    retry: 'no',
    sample: {},
  }),
  plan_blocked: error<Why & { unblock: string }>({
    status: 409,
    title: 'This switch is not possible now',
    happened: (f) => f.why,
    now: () => 'Nothing was changed.',
    next: (f) => f.unblock,
    act: 'choose_model',
    retry: 'no',
    sample: { why: 'It needs 130 GB and spark-1 has 119.', unblock: 'Choose a smaller model, or add a second Spark.' },
  }),
} as const
