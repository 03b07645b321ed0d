// Every page in its states, drawn from samples: to be looked at (scripts/gallery.ts) and checked by axe.

import { actOf } from '../../server/contract/acts.ts'
import { serviceStates } from '../../server/domain/words.ts'
import { Layout, type Theme } from '../../web/views/layout.tsx'
import { ActivityPage } from '../../web/views/pages/activity.tsx'
import { HomePage } from '../../web/views/pages/home.tsx'
import { JoiningPage } from '../../web/views/pages/joining.tsx'
import { LibraryPage } from '../../web/views/pages/library.tsx'
import { MachinePage, MachinesPage } from '../../web/views/pages/machines.tsx'
import { ModelPage } from '../../web/views/pages/model.tsx'
import { PlanPage } from '../../web/views/pages/plan.tsx'
import { ProblemPage } from '../../web/views/pages/problem.tsx'
import { type RecipeData, RecipePage } from '../../web/views/pages/recipe.tsx'
import { StopPage } from '../../web/views/pages/stop.tsx'
import { SwapPage } from '../../web/views/pages/swap.tsx'
import { StateBadge } from '../../web/views/parts/badge.tsx'
import * as house from '../fakes/view-samples.ts'
import * as ofModels from '../fakes/view-samples-of-models.ts'
import { brokenDraft, draftSample, troubledDraft, versions } from '../fakes/view-samples-of-recipes.ts'
import * as ofSwaps from '../fakes/view-samples-of-swaps.ts'
import type { Exhibit } from './exhibit.ts'
import { ofAccess } from './gallery-of-access.tsx'
import { botExhibits } from './gallery-of-bots.tsx'
import { downloadExhibits } from './gallery-of-downloads.tsx'
import { logExhibits } from './gallery-of-logs.tsx'
import { machineExhibits } from './gallery-of-machines.tsx'
import { scheduleExhibits } from './gallery-of-schedules.tsx'
import { serviceExhibits } from './gallery-of-services.tsx'
import { ofSettings } from './gallery-of-settings.tsx'
import { ofWatching } from './gallery-of-watching.tsx'
import { webhookExhibits } from './gallery-of-webhooks.tsx'

const sample = { ...house, ...ofModels, ...ofSwaps }
const { now } = sample
const origin = 'http://192.0.2.5:9999'
const home = {
  services: [],
  bots: [],
  machines: [sample.machine, sample.secondMachine],
  recent: sample.events,
  next: { sentence: 'recap, tomorrow at 02:00, with a switch to Qwen3 8B' },
  origin,
  now,
}
const planned = { asked: { model: 'a/b' }, lock: sample.freeLock, now, names: {}, answers: true, drainSeconds: 30 }
const joining = {
  base: '/setup',
  machine: null,
  publicKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO spark-control',
  found: null,
  trouble: null,
  typed: {},
  peers: [],
}
const library = {
  models: sample.models,
  query: '',
  problems: [],
  left: [],
  states: { [sample.engine.model ?? '']: 'answering' as const },
  lock: sample.freeLock,
  switching: null,
  now,
}
const modelPage = { left: [], saved: null, state: null, past: [], gone: [], drafts: [], now }
const [firstModel, , newModel, oddModel] = sample.models
if (firstModel === undefined || newModel === undefined || oddModel === undefined) throw new Error('samples are missing')
const writing: RecipeData = {
  model: firstModel,
  draft: draftSample,
  view: 'form',
  began: null,
  editor: 'w1',
  others: [],
  versions,
  refused: null,
  word: false,
  add: null,
  now: sample.now,
}
const ownRecipe = { ...sample.recipe, id: 'owner:mine', source: 'owner' as const, title: 'My way', confirmed: true }
const unknownModel = {
  ...oddModel,
  servable: null,
  recipe: null,
  canRun: { verdict: 'needs_setup' as const, why: 'Nobody has said how to start this family. Write a recipe for it.' },
}
const trouble = {
  happened: 'spark-2 does not answer: connection refused.',
  now: 'What runs on it is not known until it answers again.',
  next: 'Check that it is on and on the network, then press "Check now".',
}

/** All exhibits, by name; names are file names. */
export const exhibits: readonly Exhibit[] = [
  { name: 'home', place: 'home', body: <HomePage {...home} status={sample.status} /> },
  {
    name: 'home-switching',
    place: 'home',
    body: (
      <HomePage
        {...home}
        status={sample.statusOf(
          'Switching to Llama 3.3 70B.',
          [{ ...sample.engine, state: 'switching', sentence: 'Switching to Llama 3.3 70B.' }],
          { swap: sample.swap },
        )}
      />
    ),
  },
  {
    name: 'home-trouble',
    place: 'home',
    body: (
      <HomePage
        {...home}
        machines={[sample.machine, sample.silentMachine]}
        status={sample.statusOf(
          'Qwen3.6 35B does not answer.',
          [
            { ...sample.engine, state: 'unreachable', sentence: 'It has not answered since 2 minutes.', machines: ['spark-1', 'spark-2'] },
            sample.observedEngine,
          ],
          { lock: sample.reservation },
          [
            { code: 'machine_unreachable', sentence: 'spark-2 does not answer: connection refused.', link: '/machines/m6e5d4c3b2a1' },
            {
              code: 'host_key_changed',
              sentence: 'spark-1 shows another identity. Nothing is sent to it.',
              link: '/machines/m1a2b3c4d5e6',
            },
          ],
        )}
      />
    ),
  },
  {
    name: 'home-stuck',
    place: 'home',
    body: (
      <HomePage
        {...home}
        status={sample.statusOf(sample.stuckEngine.sentence, [sample.stuckEngine], {}, [
          {
            code: 'memory_danger',
            sentence:
              'Memory of spark-1 fell from 31 GB to 15 GB free in 5 s. Stop what was started last, or stop the model, before the Spark freezes.',
            link: '/machines/m1a2b3c4d5e6',
          },
        ])}
      />
    ),
  },
  {
    name: 'home-empty',
    place: 'home',
    body: (
      <HomePage
        {...home}
        machines={[sample.newMachine]}
        recent={[]}
        status={sample.statusOf('Nothing is answering.', [sample.emptyEngine])}
      />
    ),
  },
  { name: 'stop', place: 'home', body: <StopPage engine={sample.engine} lock={sample.freeLock} now={now} /> },
  { name: 'stop-reserved', place: 'home', body: <StopPage engine={sample.engine} lock={sample.reservation} now={now} /> },
  { name: 'library', place: 'library', body: <LibraryPage {...library} /> },
  {
    name: 'library-switching',
    place: 'library',
    body: (
      <LibraryPage
        {...library}
        switching={{ model: sample.swap.model, page: '/swaps/x' }}
        problems={[{ file: 'models/mine.yaml', line: 7, sentence: 'flags: a list is needed' }]}
      />
    ),
  },
  { name: 'library-reserved', place: 'library', body: <LibraryPage {...library} lock={sample.reservation} /> },
  { name: 'library-empty', place: 'library', body: <LibraryPage {...library} models={[]} /> },
  { name: 'library-nothing-found', place: 'library', body: <LibraryPage {...library} query="gemma 9" /> },
  {
    name: 'model',
    place: 'library',
    body: <ModelPage {...modelPage} model={newModel} recipes={[sample.recipe]} past={[sample.failedSwap, sample.cancelledSwap]} />,
  },
  {
    name: 'model-mods',
    place: 'library',
    body: (
      <ModelPage
        {...modelPage}
        model={{ ...newModel, recipe: { id: ofModels.patchedRecipe.id, source: 'launcher', confirmed: false } }}
        recipes={[ofModels.patchedRecipe, sample.recipe]}
        left={ofModels.leftRecipes}
      />
    ),
  },
  { name: 'model-cannot', place: 'library', body: <ModelPage {...modelPage} model={oddModel} recipes={[]} /> },
  {
    name: 'model-saved',
    place: 'library',
    body: (
      <ModelPage
        {...modelPage}
        model={firstModel}
        recipes={[ownRecipe, sample.recipe]}
        saved={ownRecipe}
        state="busy"
        drafts={[draftSample]}
        gone={[{ id: 'owner:old', title: 'Short ones', version: 4, at: sample.before(300) }]}
      />
    ),
  },
  {
    name: 'model-unknown-start',
    place: 'library',
    body: <ModelPage {...modelPage} model={unknownModel} recipes={[]} />,
  },
  {
    name: 'recipe',
    place: 'library',
    body: <RecipePage {...writing} draft={{ ...draftSample, id: null, changedAt: null, recipe: null }} versions={[]} />,
  },
  { name: 'recipe-own', place: 'library', body: <RecipePage {...writing} /> },
  {
    name: 'recipe-refused',
    place: 'library',
    body: <RecipePage {...writing} draft={troubledDraft} refused="The recipe cannot be used: flags.host: the launch sets it." />,
  },
  { name: 'recipe-yaml', place: 'library', body: <RecipePage {...writing} view="yaml" /> },
  { name: 'recipe-broken', place: 'library', body: <RecipePage {...writing} draft={brokenDraft} others={[draftSample]} /> },
  { name: 'plan', place: 'library', body: <PlanPage {...planned} plan={sample.plan} /> },
  {
    name: 'plan-confirm',
    place: 'library',
    body: (
      <PlanPage
        {...planned}
        plan={sample.unconfirmedPlan}
        news="Something changed since this plan was shown, so nothing was started. This is the plan now."
      />
    ),
  },
  { name: 'plan-reserved', place: 'library', body: <PlanPage {...planned} plan={sample.plan} lock={sample.reservation} /> },
  { name: 'plan-blocked', place: 'library', body: <PlanPage {...planned} plan={sample.blockedPlan} /> },
  {
    name: 'plan-waiting',
    place: 'library',
    body: <PlanPage {...planned} plan={sample.plan} lock={{ ...sample.freeLock, locked: true, by: 'swap', swap: sample.swap.id }} />,
  },
  { name: 'swap-checking', place: 'library', body: <SwapPage swap={sample.checkingSwap} log={[]} now={now} /> },
  { name: 'swap', place: 'library', body: <SwapPage swap={sample.swap} log={sample.log} now={now} /> },
  { name: 'swap-restoring', place: 'library', body: <SwapPage swap={sample.restoringSwap} log={sample.log} now={now} /> },
  { name: 'swap-done', place: 'library', body: <SwapPage swap={sample.doneSwap} log={sample.log} now={now} /> },
  { name: 'swap-failed', place: 'library', body: <SwapPage swap={sample.failedSwap} log={sample.failedLog} now={now} /> },
  { name: 'swap-cancelled', place: 'library', body: <SwapPage swap={sample.cancelledSwap} log={[]} now={now} /> },
  {
    name: 'machines',
    place: 'machines',
    body: <MachinesPage machines={[sample.machine, sample.silentMachine]} agreements={[]} now={now} />,
  },
  { name: 'machines-empty', place: 'machines', body: <MachinesPage machines={[]} agreements={[]} now={now} /> },
  { name: 'machine', place: 'machines', body: <MachinePage machine={sample.machine} now={now} survey={sample.survey} /> },
  {
    name: 'machine-silent',
    place: 'machines',
    body: (
      <MachinePage
        machine={sample.silentMachine}
        now={now}
        trouble={trouble}
        removal={{ wrong: true }}
        typed={{ address: 'spark-2.local' }}
      />
    ),
  },
  { name: 'machine-new-key', place: 'machines', body: <MachinePage machine={sample.changedKeyMachine} now={now} /> },
  { name: 'setup', place: null, body: <JoiningPage {...joining} /> },
  { name: 'setup-key', place: null, body: <JoiningPage {...joining} machine={sample.newMachine} trouble={trouble} /> },
  {
    name: 'setup-found',
    place: null,
    body: <JoiningPage {...joining} machine={sample.machine} found={sample.survey} peers={sample.survey.peers} />,
  },
  { name: 'activity', place: 'activity', body: <ActivityPage events={sample.events} kind="" before={5} older={false} now={now} /> },
  { name: 'activity-empty', place: 'activity', body: <ActivityPage events={[]} kind="lock" before={null} older={false} now={now} /> },
  ...ofSettings,
  ...ofAccess,
  ...ofWatching,
  {
    name: 'problem',
    place: null,
    body: (
      <ProblemPage
        {...trouble}
        title="The machine does not answer"
        code="machine_unreachable"
        requestId="r1"
        act={actOf('see_machine', { machine: { id: null, name: 'spark-2' } })}
        back="/"
      />
    ),
  },
  {
    name: 'sign-in',
    place: null,
    body: <ProblemPage {...trouble} title="Set-up code needed" code="sign_in_needed" requestId="r1" act={null} back="/" />,
  },
  {
    name: 'badges',
    place: null,
    body: (
      <div class="page">
        <h1>The eight words</h1>
        <p class="tags">
          {serviceStates.map((state) => (
            <StateBadge state={state} />
          ))}
        </p>
      </div>
    ),
  },
  ...logExhibits,
  ...botExhibits,
  ...downloadExhibits,
  ...serviceExhibits,
  ...machineExhibits,
  ...scheduleExhibits,
  ...webhookExhibits,
]

/** One exhibit as a whole page. */
export async function drawExhibit(exhibit: Exhibit, theme: Theme): Promise<string> {
  const page = (
    <Layout title={exhibit.name} place={exhibit.place} theme={theme} version="0.1.0">
      {exhibit.body}
    </Layout>
  ).toString()
  return `<!doctype html>${page}`
}
