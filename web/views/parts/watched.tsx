// What was seen of a machine over time: pictures of an hour or a day, and the log of its line.
import type { ConnectivityShapeView, HistoryShapeView } from '../../../server/contract/operations/connectivity.ts'
import type { MachineShape } from '../../../server/contract/operations/shapes.ts'
import { percentWords } from '../../../server/domain/connectivity-words.ts'
import { bytesInWords } from '../../../server/domain/words.ts'
import { Chart } from './chart.tsx'
import { Ago } from './time.tsx'

export interface WatchedData {
  readonly machine: MachineShape
  readonly history: HistoryShapeView
  readonly connectivity: ConnectivityShapeView
  readonly now: number
}

const percent = (value: number): string => `${Math.round(value)} %`

export function Watched(data: WatchedData) {
  return (
    <div id="watched" class="page">
      <Pictures {...data} />
      <LineLog {...data} />
    </div>
  )
}

function Pictures({ machine, history }: WatchedData) {
  const { series, from, to, stepSeconds, span } = history
  const shared = { of: `${machine.name} in the last ${span}`, from, to, stepSeconds }
  const other = span === 'hour' ? 'day' : 'hour'
  return (
    <section class="card stack" aria-label={`The last ${span}`}>
      <div class="between">
        <h2>The last {span}</h2>
        <a class="button" href={`/machines/${machine.id}?span=${other}#watched`}>
          Show the last {other}
        </a>
      </div>
      <Chart
        {...shared}
        title="Memory available"
        line={series.availableBytes}
        words={bytesInWords}
        top={machine.memory?.totalBytes ?? undefined}
      />
      <div class="charts">
        <Chart {...shared} title="Waiting for memory" line={series.waitsPercent} words={percent} />
        <Chart {...shared} title="GPU load" line={series.gpuLoadPercent} words={percent} top={100} />
        <Chart {...shared} title="Power" line={series.powerW} words={(value) => `${Math.round(value)} W`} />
        <Chart {...shared} title="Temperature" line={series.temperatureC} words={(value) => `${Math.round(value)} °C`} />
        <Chart {...shared} title="Disk free" line={series.diskFreeBytes} words={bytesInWords} top={machine.disk?.totalBytes ?? undefined} />
      </div>
    </section>
  )
}

/** So many are on the page; the API has the rest. */
const mostShown = 20

function LineLog({ machine, connectivity, now }: WatchedData) {
  const { day, week, outages, unwatched } = connectivity
  const rows = [
    ...outages.map(({ from, sentence, cause }) => ({ from, sentence, kind: cause === 'unknown' ? 'outage' : cause })),
    ...unwatched.map(({ from, sentence }) => ({ from, sentence, kind: 'unwatched' })),
  ].sort((a, b) => (a.from < b.from ? 1 : -1))
  return (
    <section class="stack" aria-label="Connection">
      <h2>Connection</h2>
      <dl class="facts">
        <div>
          <dt>Reached, last day</dt>
          <dd>{percentWords(day.percent)}</dd>
        </div>
        <div>
          <dt>Reached, last 7 days</dt>
          <dd>{percentWords(week.percent)}</dd>
        </div>
      </dl>
      <p class="quiet">{day.sentence}</p>
      {rows.length === 0 ? (
        <p class="quiet">No outage of {machine.name} in 30 days. A second without a word would be listed here.</p>
      ) : (
        <ul class="list">
          {rows.slice(0, mostShown).map((row) => (
            <li data-kind={row.kind}>
              <p>{row.sentence}</p>
              <p class="quiet">
                <Ago at={row.from} now={now} />
              </p>
            </li>
          ))}
        </ul>
      )}
      {rows.length > mostShown ? (
        <p class="quiet">
          And {rows.length - mostShown} older, in <code>GET /api/machines/{machine.id}/connectivity</code>.
        </p>
      ) : null}
    </section>
  )
}
