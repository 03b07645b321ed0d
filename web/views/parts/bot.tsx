// What pages show of one bot, and the list of them where services are shown.
import type { BotView } from '../../../server/contract/operations/bot-shapes.ts'
import { Badge, type BadgeShape } from './badge.tsx'
import { Icon } from './icon.tsx'

/** "Running" is all that can be seen of a bot; nobody has asked it anything. */
const shapes: Readonly<Record<BotView['state'], readonly [BadgeShape, string]>> = {
  running: ['done', 'Runs'],
  starting: ['starting', 'Starting'],
  degraded: ['degraded', 'Degraded'],
  stopped: ['stopped', 'Stopped'],
  unreachable: ['unreachable', 'Unreachable'],
  unknown: ['unknown', 'Unknown'],
}

export function BotBadge({ bot }: { readonly bot: BotView }) {
  const [shape, word] = shapes[bot.state]
  return <Badge shape={shape} word={word} />
}

/** The mark beside a tile is that of services, which answer where a bot runs. */
const markOf = (state: BotView['state']): string => (state === 'running' ? 'answering' : state)

/** Where it runs, and which version: what there is of it. */
function botLine({ user, machine, version }: BotView): string {
  const parts = [`${user} on ${machine?.name ?? 'no machine'}`, version === null ? '' : `${version.commit} of ${version.date}`]
  return parts.filter((part) => part !== '').join(', ')
}

function BotTile({ bot }: { readonly bot: BotView }) {
  const { act, state } = bot
  return (
    <section class="card service" data-state={markOf(state)} aria-label={bot.name}>
      <div class="between">
        <h3>
          <a href={bot.links.page}>{bot.name}</a>
        </h3>
        <BotBadge bot={bot} />
      </div>
      {state === 'running' && act?.state !== 'running' ? null : <p>{bot.sentence}</p>}
      <p class="quiet">{botLine(bot)}</p>
      {act?.state === 'running' ? <BotProgress act={act} /> : null}
    </section>
  )
}

export function BotProgress({ act }: { readonly act: NonNullable<BotView['act']> }) {
  const word = act.kind === 'update' ? 'Update' : 'Restart'
  return (
    <div class="stack tight">
      {act.percent === null ? <progress aria-label={word} /> : <progress aria-label={word} value={act.percent} max={100} />}
      <p class="quiet">{act.sentence}</p>
    </div>
  )
}

/** Those that are looked at, and, folded away, those whose user is not said. */
export function BotList({ bots }: { readonly bots: readonly BotView[] }) {
  const shown = bots.filter((bot) => bot.watched)
  const hidden = bots.filter((bot) => !bot.watched)
  return (
    <section id="bot-list" class="stack" aria-label="Bots">
      <div class="between">
        <h2>Bots</h2>
        <a class="button" href="/bots/new">
          <Icon name="plus" />
          Add a bot
        </a>
      </div>
      {shown.length > 0 ? null : <p class="quiet">Programs that run as users of their own: updated, restarted and read from here.</p>}
      <div class="services">
        {shown.map((bot) => (
          <BotTile bot={bot} />
        ))}
      </div>
      {hidden.length === 0 ? null : (
        <details class="more" id="bots-without-user">
          <summary>Without a user ({hidden.length})</summary>
          <ul class="list">
            {hidden.map((bot) => (
              <li>
                <a href={bot.links.page}>{bot.name}</a>
                <span class="quiet">{bot.sentence}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
