// The words of one start: launch-cluster.sh and every argument after it, one word an element.
// Facts of spark-vllm-docker launch-cluster.sh, eras E1 to E3 (2026-09-15): what stands before `exec` reaches docker unquoted,
// what stands after it reaches vLLM byte for byte only where the era quotes (%q, since 2026-03-06).
import type { Launcher, Machine } from './machine.ts'
import type { Flag } from './model.ts'
import type { PlanReason } from './plan.ts'
import type { Recipe } from './recipe.ts'

/** What the launcher puts on a command line without quotes. */
const launcherWord = /^[A-Za-z0-9_./:=@+,-]+$/
const simpleValue = /^[A-Za-z0-9_./:@+,][A-Za-z0-9_./:=@+,-]*$/

export interface LaunchFacts {
  readonly recipe: Recipe
  readonly launcher: Launcher
  /** Head first. */
  readonly machines: readonly Machine[]
  readonly headName: string
  readonly containerName: string
  readonly image: string
  readonly port: number
  /** Folder of a local model on the head; null for a Hub model. */
  readonly localPath: string | null
  /** Hub folder on the head. */
  readonly hubPath: string | null
}

export interface Launch {
  readonly argv: readonly string[]
  readonly stopArgv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly servedName: string
  readonly reasons: readonly PlanReason[]
}

/** The address other Sparks and the launcher know a machine by. */
export function launchAddress(machine: Machine): string {
  return machine.fabricAddress ?? machine.address
}

/** Flags that say on which and how many machines: the same for start and stop. */
export function placeArgv(launcher: Launcher, machines: readonly Machine[], containerName: string): string[] {
  const where = machines.length === 1 ? ['--solo'] : ['-n', machines.map(launchAddress).join(',')]
  const ray = machines.length > 1 && launcher.flags.noRay ? ['--no-ray'] : []
  return [`${launcher.path}/launch-cluster.sh`, ...where, ...ray, '--name', containerName]
}

/** One flag as vLLM takes it: `--name value` for a plain word, `--name=value` where the value could be taken for something else. */
export function flagWords(flag: Flag): string[] {
  if (flag.value === true) return [`--${flag.name}`]
  const value = String(flag.value)
  return simpleValue.test(value) ? [`--${flag.name}`, value] : [`--${flag.name}=${value}`]
}

/** Flags the launch itself decides; a recipe's own spelling of them would contradict it. */
const decidedHere = new Set(['host', 'port', 'tensor-parallel-size', 'tp', 'nnodes', 'node-rank', 'master-addr', 'master-port', 'headless'])

export function launch(facts: LaunchFacts): Launch {
  const { recipe, launcher, machines } = facts
  const place = placeArgv(launcher, machines, facts.containerName)
  const local = recipe.model.startsWith('local:')
  const name = local ? recipe.model.slice('local:'.length) : recipe.model
  const flags = recipe.flags.filter((flag) => !decidedHere.has(flag.name))
  const givenName = flags.find((flag) => flag.name === 'served-model-name')
  const mounts = mountWords(facts)
  const mods = (recipe.mods ?? []).flatMap((mod) => ['--apply-mod', `${launcher.path}/${mod.path}`])
  const env = { HF_HUB_OFFLINE: '1', ...recipe.env }
  const envWords = launcher.flags.env ? Object.entries(env).flatMap(([key, value]) => ['-e', `${key}=${value}`]) : []
  const serve = [
    'vllm',
    'serve',
    local ? (facts.localPath ?? name) : recipe.model,
    '--host',
    '0.0.0.0',
    '--port',
    String(facts.port),
    '-tp',
    String(machines.length),
  ]
  const named = givenName === undefined && local ? ['--served-model-name', name] : []
  return {
    argv: [
      ...place,
      '-t',
      facts.image,
      ...mods,
      ...mounts.words,
      ...envWords,
      '-d',
      'exec',
      ...serve,
      ...named,
      ...flags.flatMap(flagWords),
    ],
    stopArgv: [...place, 'stop'],
    env: mounts.env,
    servedName: givenName === undefined ? name : (String(givenName.value).split(/\s+/)[0] ?? name),
    reasons: [...eraReasons(facts), ...wordReasons(facts, [facts.image, facts.containerName, ...mods, ...mounts.words, ...envWords])],
  }
}

/** How the container sees the model: the launcher mounts $HF_HOME; a hub folder of another name and local folders need -v. */
function mountWords(facts: LaunchFacts): { words: string[]; env: Record<string, string> } {
  const words: string[] = []
  const env: Record<string, string> = {}
  const hub = facts.hubPath?.replace(/\/+$/, '') ?? null
  if (hub?.endsWith('/hub') === true) env['HF_HOME'] = hub.slice(0, -'/hub'.length)
  else if (hub !== null && facts.localPath === null) words.push('-v', `${hub}:/root/.cache/huggingface/hub`)
  if (facts.localPath !== null) words.push('-v', `${facts.localPath}:${facts.localPath}:ro`)
  return { words, env }
}

function eraReasons(facts: LaunchFacts): PlanReason[] {
  const { launcher } = facts
  const update = `On ${facts.headName}: git -C ${launcher.path} pull`
  if (!launcher.carriesQuotes || !launcher.flags.solo) {
    const date = launcher.date === null ? '' : ` (${launcher.date})`
    return [
      {
        code: 'launcher_too_old',
        sentence: `The launcher on ${facts.headName}${date} is too old: it changes what it is told to start.`,
        unblock: update,
      },
    ]
  }
  const mounts = mountWords(facts)
  if (mounts.words.length > 0 && !launcher.flags.volume) {
    return [
      {
        code: 'launcher_too_old',
        sentence: `The launcher on ${facts.headName} cannot show this model's folder to the container.`,
        unblock: update,
      },
    ]
  }
  if ((facts.recipe.mods ?? []).length > 0 && !launcher.flags.mod) {
    const sentence = `The launcher on ${facts.headName} knows no mods, and this recipe needs them.`
    return [{ code: 'launcher_too_old', sentence, unblock: update }]
  }
  return []
}

function wordReasons(facts: LaunchFacts, words: readonly string[]): PlanReason[] {
  const bad = words.find((word) => !launcherWord.test(word))
  if (bad !== undefined) {
    return [
      {
        code: 'word_not_carried',
        sentence: `The launcher cannot carry ${JSON.stringify(bad.slice(0, 80))} unharmed: only letters, digits and _ . / : = @ + , - are safe there.`,
        unblock: 'Change the image, the folder or the environment value that holds it.',
      },
    ]
  }
  const nul = facts.recipe.flags.find((flag) => String(flag.value).includes('\0') || !/^[a-z0-9][a-z0-9._-]*$/i.test(flag.name))
  if (nul !== undefined)
    return [
      {
        code: 'word_not_carried',
        sentence: `The flag ${JSON.stringify(nul.name.slice(0, 80))} cannot be sent.`,
        unblock: "Change it in the model's recipe.",
      },
    ]
  return []
}
