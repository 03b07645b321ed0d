import type { EngineView, LockView } from '../../../server/contract/operations/shapes.ts'
import { Heading } from '../layout.tsx'
import { Reserved } from '../parts/reserved.tsx'

interface StopData {
  readonly engine: EngineView
  readonly lock: LockView
  readonly now: number
}

/** The question before a stop. */
export function StopPage({ engine, lock, now }: StopData) {
  const name = engine.modelName ?? 'the model'
  return (
    <div class="page narrow">
      <Heading title={`Stop ${name}?`} up={{ href: '/', word: 'Home' }} />
      <div class="card stack">
        <p class="cost">
          {engine.state === 'answering' || engine.state === 'busy' ? (
            <>
              Right now <strong>{name}</strong> is answering.
            </>
          ) : (
            engine.sentence
          )}{' '}
          It will stop, and nothing will answer until you switch to a model.
        </p>
        {engine.runningRequests === null || engine.runningRequests === 0 ? null : (
          <p>{engine.runningRequests} requests are in progress. They may finish first.</p>
        )}
        {lock.by === 'reservation' ? (
          <Reserved lock={lock} now={now} back={`/engines/${engine.id}/stop`} what="Stopping it" />
        ) : (
          <form class="acts" method="post" action={`/engines/${engine.id}/stop`}>
            <button type="submit" class="button main">
              Stop {name}
            </button>
            <a class="button plain" href="/">
              Not now
            </a>
          </form>
        )}
      </div>
    </div>
  )
}
