// `make demo`: two simulated Sparks behind real SSH, real HTTP engines, and the appliance against them. Binds loopback only.
// Exit codes: 0 stopped as asked, 69 an address is taken, 1 anything else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createSystemClock } from '../server/adapters/system/clock.ts'
import { demoHub } from '../tests/sim/core/demo-hub.ts'
import { demoMods, demoRecipes } from '../tests/sim/core/demo-launcher.ts'
import { gptOssLarge, qwen36 } from '../tests/sim/core/demo-models.ts'
import { demoNodes, documentServices, speechServices } from '../tests/sim/core/demo-world.ts'
import type { SimNodeOptions, World } from '../tests/sim/core/types.ts'
import { createWorld } from '../tests/sim/core/world.ts'
import type { Door } from '../tests/sim/doors/node-site.ts'
import { newPrivateKey, publicLine } from '../tests/sim/doors/ssh-keys.ts'
import { openSsh2Door } from '../tests/sim/doors/ssh2-door.ts'
import { type Appliance, startAppliance } from './demo/appliance.ts'
import { openControls } from './demo/controls.ts'
import { keptHostKeys } from './demo/host-keys.ts'
import { introduce } from './demo/machines.ts'
import { DemoError, firstFree, freePort, isFree } from './demo/ports.ts'

const addresses = ['127.0.1.1', '127.0.1.2'] as const
/** A switch that takes four minutes on a Spark takes twelve seconds here. */
const timeScale = 0.05

interface Demo {
  readonly world: World
  readonly door: Door
  readonly appliance: Appliance
  readonly breakUrl: string
  readonly dataDir: string
  readonly keyFile: string
}

/** One model more than the tests have, so that three switch at once without a word of set-up. */
function nodes(): readonly SimNodeOptions[] {
  return demoNodes(addresses).map((node, index) => ({
    ...node,
    launcherRecipes: demoRecipes,
    launcherMods: demoMods,
    models: index === 0 ? [...node.models, gptOssLarge] : node.models,
    services: index === 0 ? documentServices : speechServices,
  }))
}

type Closing = (close: () => unknown) => void

async function open(env: NodeJS.ProcessEnv, closing: Closing): Promise<Demo> {
  const port = await webPort(env['PORT']?.trim() || '9999')
  const folder = mkdtempSync(join(tmpdir(), 'spark-control-demo-'))
  closing(() => rmSync(folder, { recursive: true, force: true }))
  const given = env['DATA_DIR']?.trim() ?? ''
  const dataDir = given === '' ? join(folder, 'data') : resolve(given)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })

  const clock = createSystemClock({ onError: (error) => console.error(error) })
  const world = createWorld({ nodes: nodes(), clock, timeScale, seed: 1, hub: demoHub })
  const own = newPrivateKey()
  const keyFile = join(folder, 'key')
  writeFileSync(keyFile, own, { mode: 0o600 })
  const door = await openSsh2Door({
    world,
    dir: join(folder, 'sparks'),
    authorizedKeys: [publicLine(own)],
    basePort: await firstFree(addresses, 2222),
    hostKeys: keptHostKeys(
      join(dataDir, 'demo-host-keys.json'),
      world.options.nodes.map((node) => node.name),
    ),
    onTrouble: (sentence) => console.error(sentence),
  })
  closing(() => door.stop())
  const controls = await openControls(world, port)
  closing(() => controls.stop())
  const vllmPort = await firstFree(addresses, 8000)
  const appliance = await startAppliance({ port, dataDir, env: { VLLM_PORT: String(vllmPort), ...env } })
  closing(() => appliance.stop())
  await appliance.ready()
  await introduce(appliance.url, door)
  return { world, door, appliance, breakUrl: controls.url, dataDir, keyFile }
}

async function webPort(text: string): Promise<number> {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new DemoError(`PORT must be a number from 0 to 65535, not "${text}".`, 1)
  if (port === 0) return await freePort('127.0.0.1')
  if (await isFree('127.0.0.1', port)) return port
  throw new DemoError(`Port ${port} is taken by another program. Stop it, or choose another port: PORT=${port + 1} make demo`, 69)
}

function tell({ door, appliance, breakUrl, dataDir, keyFile, world }: Demo): void {
  const [machine] = door.machines
  const models = world.models('spark-1').length
  const port = new URL(appliance.url).port
  const breaking = `${port === '9999' ? '' : `PORT=${port} `}node_modules/.bin/node scripts/break.ts`
  console.log(`
  Spark Control, with two simulated Sparks and ${models} models on their disks

    Open it     ${appliance.url}
    Download    Models, "Download a model": ${demoHub.map((model) => model.repo).join(' or ')} (the second wants a token: any will do)
    Break it    ${breakUrl}
                and watch what the first page makes of it
    Stop it     Ctrl-C

    Switch      choose a model on the page; what takes minutes on a Spark takes seconds here
    Ask it      once it answers: curl ${appliance.url}v1/chat/completions -H 'content-type: application/json' \\
                  -d '{"model":"${qwen36.repo}","messages":[{"role":"user","content":"Good day"}]}'
    By hand     ${breaking} does the same as the second page
    Log in      ssh -i ${keyFile} -p ${machine?.port} ${machine?.user}@${machine?.address}
    Data        ${dataDir} (${join(dataDir, 'appliance.log')})
`)
}

/** Resolves with the name of the first SIGINT or SIGTERM. */
const asked = new Promise<null>((done) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => done(null))
})

async function run(): Promise<number> {
  const closings: (() => unknown)[] = []
  let demo: Demo | null = null
  try {
    const opening = open(process.env, (close) => closings.push(close))
    demo = await Promise.race([opening, asked])
    // Asked to stop in the middle of starting: what is still to come is closed as well.
    if (demo === null) demo = await opening.catch(() => null)
    else tell(demo)
    const died = demo === null ? null : await Promise.race([asked, demo.appliance.ended])
    if (died === null) return 0
    console.error(`The appliance ended by itself: ${died}`)
    return 1
  } catch (error) {
    console.error(error instanceof DemoError ? error.message : error)
    return error instanceof DemoError ? error.exitCode : 1
  } finally {
    for (const close of closings.reverse()) await close()
  }
}

process.exitCode = await run()
// Signal listeners keep a process alive no longer than its work, but a stray socket might: everything of ours is closed by now.
process.exit()
