import type { CalendarView, ScheduleView } from '../../../server/contract/operations/schedule-shapes.ts'
import type { LockView } from '../../../server/contract/operations/shapes.ts'
import { wallOf } from '../../../server/domain/wall-clock.ts'
import { Heading } from '../layout.tsx'
import { Badge } from '../parts/badge.tsx'
import { Empty, Note } from '../parts/notice.tsx'
import { Reserved } from '../parts/reserved.tsx'
import { Ago, counted } from '../parts/time.tsx'

export interface ScheduleData {
  readonly calendar: CalendarView
  readonly schedules: readonly ScheduleView[]
  readonly lock: LockView
  readonly now: number
  /** Said above, when an act was refused. */
  readonly trouble?: string
}

/** One calendar for everybody who comes: what is registered, who meets whom, and what the appliance itself will do. */
export function SchedulePage(data: ScheduleData) {
  return (
    <div class="page">
      <Heading title="Schedule" up={{ href: '/', word: 'Home' }}>
        <p class="quiet">
          When apps need the Sparks, as they registered it. Spark Control runs no jobs: the apps come by themselves. Where you allow it, it
          switches to an app's model in time. Times are in {data.calendar.timeZone}, as chosen in <a href="/settings/schedule">Settings</a>.
        </p>
      </Heading>
      {data.trouble === undefined ? null : (
        <Note kind="warn" icon="warning">
          {data.trouble}
        </Note>
      )}
      <ScheduleNow {...data} />
    </div>
  )
}

export function ScheduleNow({ calendar, schedules, lock, now }: ScheduleData) {
  const asking = schedules.filter((one) => one.state === 'waits_for_approval')
  return (
    <div id="schedule-now" class="page">
      <Reserved lock={lock} now={now} back="/schedule" what="Switching" />
      <Overlaps calendar={calendar} />
      {schedules.length === 0 ? <Nothing /> : null}
      {asking.map((schedule) => (
        <Question schedule={schedule} />
      ))}
      {schedules.length === 0 ? null : <Agenda calendar={calendar} />}
      {schedules.length === 0 ? null : (
        <section class="stack">
          <h2>
            Registered <span class="count">{schedules.length}</span>
          </h2>
          <ul class="list">
            {schedules.map((schedule) => (
              <Entry schedule={schedule} now={now} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Nothing() {
  return (
    <Empty icon="activity" title="Nothing is registered">
      <p>
        An app that needs the Sparks at certain times says so with <code>POST /api/schedule</code>. Its times are shown here, with the times
        of others that they meet.
      </p>
    </Empty>
  )
}

function Overlaps({ calendar }: Pick<ScheduleData, 'calendar'>) {
  if (calendar.overlaps.length === 0) return null
  return (
    <Note kind="warn" icon="warning">
      <ul class="attention">
        {calendar.overlaps.map((overlap) => (
          <li>{overlap.sentence}</li>
        ))}
      </ul>
    </Note>
  )
}

/** What an app asks for, what it costs, one button. */
function Question({ schedule }: { readonly schedule: ScheduleView }) {
  const { id, app, modelName, rule, digest, durationSeconds } = schedule
  return (
    <section class="card stack" aria-label={`${app} asks`}>
      <h2>
        {app} asks for {modelName}
      </h2>
      <p>
        {said(rule)}, for {lengthInWords(durationSeconds)}. If you allow it, Spark Control switches to {modelName} at these times without
        asking again. What answers then stops first, by the same plan as when you switch. It is never forced: not into a reservation, not
        into another switch. You are asked again when {app} changes the model or the times.
      </p>
      <div class="acts">
        <form method="post" action={`/schedule/${id}/approval`}>
          <input type="hidden" name="digest" value={digest} />
          <button type="submit" class="button main">
            Allow these switches
          </button>
        </form>
        <RemoveForm schedule={schedule} />
      </div>
    </section>
  )
}

function Agenda({ calendar }: Pick<ScheduleData, 'calendar'>) {
  return (
    <section class="stack">
      <h2>The next 7 days</h2>
      {calendar.days.length === 0 ? <p class="quiet">Nothing comes in these days.</p> : null}
      {calendar.days.map((day) => (
        <section class="stack tight" aria-label={day.weekday}>
          <h3>
            {day.weekday} <span class="quiet">{wallOf(Date.parse(`${day.date}T12:00:00Z`), 'UTC').day}</span>
          </h3>
          <ul class="list agenda">
            {day.times.map((time) => (
              <li>
                <p class="tags">
                  <span class="mono">{time.clock}</span>
                  <strong>{time.app}</strong>
                  <span>{time.modelName ?? 'no model named'}</span>
                  {time.count > 1 ? <span class="quiet">{time.count} times</span> : null}
                  {time.ensured ? <Badge shape="switching" word="Spark Control switches" /> : null}
                  {time.asked ? <Badge shape="unknown" word="asks to be switched to" /> : null}
                </p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

function Entry({ schedule, now }: { readonly schedule: ScheduleView; readonly now: number }) {
  const { app, modelName, rule, durationSeconds, contact, note, state, next, approved } = schedule
  return (
    <li>
      <div class="stack tight">
        <p class="tags">
          <strong class="title">{app}</strong>
          {modelName === null ? null : <span>{modelName}</span>}
          {state === 'approved' ? <Badge shape="done" word="switches allowed" /> : null}
          {state === 'over' ? <Badge shape="cancelled" word="over" /> : null}
        </p>
        <p>
          {said(rule)}, for {lengthInWords(durationSeconds)}.{' '}
          {next === null ? null : (
            <>
              Next <Ago at={next} now={now} />.
            </>
          )}
        </p>
        {note === '' ? null : <p>{note}</p>}
        <LastTime schedule={schedule} now={now} />
        <p class="quiet">
          {contact === '' ? 'No contact given.' : `Contact: ${contact}.`}{' '}
          {approved === null ? null : (
            <>
              Allowed <Ago at={approved.at} now={now} />.
            </>
          )}
        </p>
      </div>
      {state === 'waits_for_approval' ? null : (
        <div class="acts">
          {approved === null ? null : (
            <form method="post" action={`/schedule/${schedule.id}/withdrawal`}>
              <button type="submit" class="button">
                Withdraw<span class="sr"> the approval of {app}</span>
              </button>
            </form>
          )}
          <RemoveForm schedule={schedule} />
        </div>
      )}
    </li>
  )
}

function RemoveForm({ schedule: { id, app } }: { readonly schedule: ScheduleView }) {
  return (
    <form method="post" action={`/schedule/${id}/removal`}>
      <button type="submit" class="button plain">
        Remove<span class="sr"> the entry of {app}</span>
      </button>
    </form>
  )
}

const lastWords = {
  waiting: 'it waits',
  switching: 'the switch runs',
  ready: 'its model answered',
  missed: 'it passed without the model',
} as const

function LastTime({ schedule: { last }, now }: { readonly schedule: ScheduleView; readonly now: number }) {
  if (last === null) return null
  return (
    <p>
      Last time (<Ago at={last.at} now={now} />
      ): {last.swap === null ? lastWords[last.state] : <a href={`/swaps/${last.swap}`}>{lastWords[last.state]}</a>}.
      {last.why === null ? '' : ` ${last.why}`}
    </p>
  )
}

const said = (rule: string): string => rule.charAt(0).toUpperCase() + rule.slice(1)

/** A length as it was registered: exact, not about. */
function lengthInWords(seconds: number): string {
  if (seconds % 3600 === 0) return counted(seconds / 3600, 'hour')
  return seconds >= 120 ? counted(Math.round(seconds / 60), 'minute') : counted(seconds, 'second')
}
