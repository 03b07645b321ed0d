import type { BotView } from '../../../server/contract/operations/bots.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { Badge, type BadgeShape } from '../parts/badge.tsx'
import { Copyable } from '../parts/code.tsx'
import { Meter } from '../parts/meter.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { Ago } from '../parts/time.tsx'

export interface BotData {
  readonly bot: BotView
  readonly now: number
  /** The appliance's own public key; null: this reader may not see it. */
  readonly publicKey: string | null
  readonly trouble?: Trouble
}

const shapes: Readonly<Record<BotView['state'], readonly [BadgeShape, string]>> = {
  running: ['done', 'Runs'],
  starting: ['starting', 'Starting'],
  degraded: ['degraded', 'Does not stay up'],
  stopped: ['stopped', 'Stopped'],
  unreachable: ['unreachable', 'Not reachable'],
  unknown: ['unknown', 'Unknown'],
}

export function BotBadge({ bot }: { readonly bot: BotView }) {
  const [shape, word] = shapes[bot.state]
  return <Badge shape={shape} word={word} />
}

export function BotPage(data: BotData) {
  const { bot, trouble } = data
  return (
    <div class="page narrow">
      <Heading title={bot.name} up={{ href: '/services', word: 'Services' }} />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <BotNow {...data} />
      {data.publicKey === null ? null : <BotKey bot={bot} publicKey={data.publicKey} />}
    </div>
  )
}

/** A tile where services are shown; all of it leads to the page. */
export function BotTile({ bot }: { readonly bot: BotView }) {
  return (
    <section class="card stack" aria-label={bot.name}>
      <div class="between">
        <h3>
          <a href={`/bots/${bot.id}`}>{bot.name}</a>
        </h3>
        <BotBadge bot={bot} />
      </div>
      <p class="quiet">{bot.act?.state === 'running' ? bot.act.sentence : bot.sentence}</p>
    </section>
  )
}

/** The live part of its page. */
export function BotNow({ bot, now }: Pick<BotData, 'bot' | 'now'>) {
  const isRunning = bot.act?.state === 'running'
  return (
    <div id={`bot-${bot.id}`} class="page" data-announce={bot.act?.sentence ?? bot.sentence}>
      <div class="between">
        <p class="tags">
          <BotBadge bot={bot} />
          {bot.observedAt === null ? null : (
            <span class="quiet">
              Checked <Ago at={bot.observedAt} now={now} />
            </span>
          )}
        </p>
        <a class="button" href={`/bots/${bot.id}/log`}>
          Log
        </a>
      </div>
      {bot.trouble === null ? <p>{bot.sentence}</p> : <TroubleNote trouble={bot.trouble} />}
      {bot.act === null ? null : <BotAct act={bot.act} />}
      <Facts bot={bot} />
      {bot.trouble === null && !isRunning ? <BotActs bot={bot} /> : null}
    </div>
  )
}

function BotAct({ act }: { readonly act: NonNullable<BotView['act']> }) {
  const word = act.kind === 'update' ? 'Update' : 'Restart'
  if (act.state === 'running') {
    return (
      <section class="card stack" aria-label={word}>
        <Meter label={word} figure={act.percent === null ? '' : `${act.percent} %`} percent={act.percent ?? 0} note={act.sentence} />
      </section>
    )
  }
  return (
    <section class="card stack" aria-label={`Last ${word.toLowerCase()}`}>
      <p class="tags">
        {act.state === 'succeeded' ? <Badge shape="done" word={`${word} done`} /> : <Badge shape="failed" word={`${word} did not work`} />}
      </p>
      <p>{act.sentence}</p>
      {act.line === null ? null : <pre class="log">{act.line}</pre>}
    </section>
  )
}

function Facts({ bot }: { readonly bot: BotView }) {
  const { version } = bot
  const behind = version?.behind ?? null
  return (
    <dl class="facts">
      <div>
        <dt>Runs as</dt>
        <dd>
          {bot.user} on {bot.machine?.name ?? 'no machine'}
        </dd>
      </div>
      <div>
        <dt>{bot.runs === 'unit' ? 'Unit' : 'Container'}</dt>
        <dd>{bot.unit}</dd>
      </div>
      {version === null ? null : (
        <div data-wide="">
          <dt>Version</dt>
          <dd>
            {version.commit} of {version.date}: {version.subject}
            {behind === null || behind === 0 ? '' : ` (${behind} newer fetched)`}
          </dd>
        </div>
      )}
    </dl>
  )
}

function BotActs({ bot }: { readonly bot: BotView }) {
  const form = (kind: string, word: string, consequence: string, main: boolean) => (
    <form class="stack tight" method="post" action={`/bots/${bot.id}/${kind}`} {...hx({ disable: 'find button' })}>
      <p class="quiet">{consequence}</p>
      <div>
        <button type="submit" class={main ? 'button main' : 'button'}>
          {word}
        </button>
      </div>
    </form>
  )
  return (
    <section class="stack" aria-label="Acts">
      {bot.folder === null
        ? null
        : form(
            'update',
            'Update',
            `Fetches what is new in ${bot.folder}, takes it where it simply follows, and restarts ${bot.name}. If the new version does not stay up, the one before is brought back.`,
            true,
          )}
      {form('restart', 'Restart', `${bot.name} is ended and started again. What it works on now is lost.`, bot.folder === null)}
    </section>
  )
}

/** Its user must let the appliance in; said always, and needed when it is refused. */
function BotKey({ bot, publicKey }: { readonly bot: BotView; readonly publicKey: string }) {
  return (
    <details class="more" open={bot.trouble?.code === 'machine_refused_key'}>
      <summary>The key that {bot.user} must accept</summary>
      <div class="stack">
        <p>
          Add this line to <code>~/.ssh/authorized_keys</code> of {bot.user} on {bot.machine?.name ?? 'its machine'}. A unit of that user
          runs without a login only after <code>sudo loginctl enable-linger {bot.user}</code>.
        </p>
        <Copyable id="bot-key" label="the public key">
          {publicKey}
        </Copyable>
      </div>
    </details>
  )
}
