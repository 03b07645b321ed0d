import type { BotHistoryView, BotView } from '../../../server/contract/operations/bot-shapes.ts'
import { hx } from '../../hx.ts'
import { Heading } from '../layout.tsx'
import { Badge } from '../parts/badge.tsx'
import { BotBadge, BotProgress } from '../parts/bot.tsx'
import { CheckNow } from '../parts/check-now.tsx'
import { type FactRow, Facts } from '../parts/facts.tsx'
import { type Trouble, TroubleNote } from '../parts/notice.tsx'
import { type Removal, TakeOffList } from '../parts/removal.tsx'
import { Ago } from '../parts/time.tsx'
import { BotKey, EditBot } from './bot-form.tsx'
import type { MachineChoice } from './service-form.tsx'

export interface BotData {
  readonly bot: BotView
  /** Null: what was done to it is not for this reader. */
  readonly history: BotHistoryView | null
  readonly machines: readonly MachineChoice[]
  readonly now: number
  /** The appliance's own public key; null: this reader may not see it. */
  readonly publicKey: string | null
  readonly trouble?: Trouble | undefined
  /** What was typed into the form, kept when it was refused. */
  readonly typed?: Readonly<Record<string, string>> | undefined
  readonly removal?: Removal
}

export function BotPage(data: BotData) {
  const { bot, trouble, publicKey } = data
  return (
    <div class="page narrow">
      <Heading
        title={bot.name}
        up={{ href: '/services', word: 'Services' }}
        acts={
          bot.watched ? (
            <a class="button" href={`${bot.links.page}/log`}>
              Log
            </a>
          ) : null
        }
      />
      {trouble === undefined ? null : <TroubleNote trouble={trouble} />}
      <BotNow {...data} />
      {publicKey === null ? null : (
        <BotKey
          user={bot.user === '' ? 'its user' : bot.user}
          machine={bot.machine?.name ?? 'its machine'}
          publicKey={publicKey}
          open={bot.trouble?.code === 'machine_refused_key'}
        />
      )}
      <EditBot bot={bot} machines={data.machines} typed={data.typed} />
      <TakeOffList of={bot} removal={data.removal} />
    </div>
  )
}

/** The live part of its page. */
export function BotNow({ bot, history, now }: Pick<BotData, 'bot' | 'history' | 'now'>) {
  const isRunning = bot.act?.state === 'running'
  return (
    <div id={`bot-${bot.id}`} class="page" data-announce={isRunning ? bot.act?.sentence : bot.sentence}>
      {bot.watched ? (
        <div class="between">
          <p class="tags">
            <BotBadge bot={bot} />
            {bot.observedAt === null ? null : (
              <span class="quiet">
                Looked at <Ago at={bot.observedAt} now={now} />
              </span>
            )}
          </p>
          <CheckNow path={`${bot.links.page}/check`} target={`bot-${bot.id}`} />
        </div>
      ) : null}
      {bot.trouble === null ? null : <TroubleNote trouble={bot.trouble} />}
      {bot.act === null ? null : <BotAct act={bot.act} line={history?.acts.find(({ id }) => id === bot.act?.id)?.line ?? null} now={now} />}
      <div class="card stack">
        {bot.trouble === null ? <p>{bot.sentence}</p> : null}
        <Facts rows={factsOf(bot)} />
        {bot.watched && bot.trouble === null && !isRunning ? <BotActs bot={bot} /> : null}
      </div>
      {history === null ? null : <History history={history} shown={bot.act?.id ?? null} now={now} />}
    </div>
  )
}

interface BotActProps {
  readonly act: NonNullable<BotView['act']>
  /** The last thing it printed, where this reader may see it. */
  readonly line: string | null
  readonly now: number
}

function BotAct({ act, line, now }: BotActProps) {
  const word = act.kind === 'update' ? 'Update' : 'Restart'
  if (act.state === 'running') {
    return (
      <section class="card stack" aria-label={word}>
        <h2>{word}</h2>
        <BotProgress act={act} />
      </section>
    )
  }
  return (
    <section class="card stack" aria-label={`Last ${word.toLowerCase()}`}>
      <p class="tags">
        {act.state === 'succeeded' ? <Badge shape="done" word={`${word} done`} /> : <Badge shape="failed" word={`${word} did not work`} />}
        {act.endedAt === null ? null : (
          <span class="quiet">
            <Ago at={act.endedAt} now={now} />
          </span>
        )}
      </p>
      <p>{act.sentence}</p>
      {line === null ? null : <pre class="answer">{line}</pre>}
    </section>
  )
}

function factsOf(bot: BotView): readonly FactRow[] {
  const { version } = bot
  const behind = version?.behind ?? 0
  const newer = behind === 0 ? '' : ` (${behind} newer fetched)`
  return [
    ['Runs as', bot.watched ? `${bot.user} on ${bot.machine?.name ?? 'no machine'}` : 'no user yet'],
    [bot.runs === 'unit' ? 'Unit' : 'Container', bot.unit],
    ['When it has failed', bot.heal === 'auto' ? 'restarted by itself' : 'you are told'],
    ['Version', version === null ? null : `${version.commit} of ${version.date}: ${version.subject}${newer}`, true],
  ]
}

function BotActs({ bot }: { readonly bot: BotView }) {
  const isUp = bot.state === 'running'
  const form = (kind: string, word: string, consequence: string, main: boolean) => (
    <form class="stack tight" method="post" action={`${bot.links.page}/${kind}`} {...hx({ disable: 'find button' })}>
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
            isUp && (bot.version?.behind ?? 0) > 0,
          )}
      {form('restart', 'Restart', `${bot.name} is ended and started again. What it works on now is lost.`, !isUp)}
    </section>
  )
}

interface HistoryProps {
  readonly history: BotHistoryView
  /** Id of the act that stands above. */
  readonly shown: string | null
  readonly now: number
}

function History({ history, shown, now }: HistoryProps) {
  const past = history.acts.filter((act) => act.state !== 'running' && act.id !== shown)
  return (
    <>
      {past.length === 0 ? null : (
        <details class="more" id="acts">
          <summary>What was done to it before</summary>
          <ul class="list">
            {past.map((act) => (
              <li>
                <div class="stack tight">
                  <strong>{act.sentence}</strong>
                  <p class="quiet">
                    {act.requestedBy === 'owner' ? 'You' : act.requestedBy} asked to {act.kind} it{act.why === null ? '' : `: ${act.why}`}.
                  </p>
                  {act.line === null ? null : <pre class="answer">{act.line}</pre>}
                </div>
                <p class="quiet">
                  <Ago at={act.startedAt} now={now} />
                </p>
              </li>
            ))}
          </ul>
        </details>
      )}
      {history.changes.length === 0 ? null : (
        <details class="more" id="changes">
          <summary>How it was lately</summary>
          <ul class="list">
            {history.changes.map((change) => (
              <li>
                <p>{change.sentence}</p>
                <p class="quiet">
                  <Ago at={change.at} now={now} />
                </p>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}
