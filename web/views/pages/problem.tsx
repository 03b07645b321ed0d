import { type Act, actOf } from '../../../server/contract/acts.ts'
import { Heading } from '../layout.tsx'
import { MainAct, type Trouble, TroubleNote } from '../parts/notice.tsx'

export interface ProblemData extends Trouble {
  readonly title: string
  readonly code: string
  readonly requestId: string
  /** What helps; null: nothing but going on elsewhere. */
  readonly act: Act | null
  /** Path to return to after signing in. */
  readonly back: string
}

const home = actOf('see_home', {})

export function ProblemPage(problem: ProblemData) {
  return (
    <div class="page narrow">
      <Heading title={problem.title} />
      {problem.code === 'sign_in_needed' ? <SignIn {...problem} /> : <ProblemBody {...problem} />}
    </div>
  )
}

function ProblemBody(problem: ProblemData) {
  return (
    <>
      <TroubleNote trouble={problem} />
      <p class="acts">
        <MainAct act={problem.act ?? home} />
        {problem.act === null || problem.act.kind === 'see_home' ? null : (
          <a class="button" href={home.page}>
            {home.label}
          </a>
        )}
      </p>
      <p class="quiet">Request {problem.requestId}</p>
    </>
  )
}

/** The answer htmx puts where the act was. */
export function ProblemFragment(problem: ProblemData) {
  return (
    <div class="stack" role="alert">
      <TroubleNote trouble={problem} />
    </div>
  )
}

/** The code is printed once by the server; paste and password managers work. */
export function SignIn({ back, wrong = false }: { readonly back: string; readonly wrong?: boolean }) {
  return (
    <form class="card stack" method="post" action="/sign-in">
      <p>
        This appliance is reachable from the network. Before the first change it asks for the code that the server printed when it started.
      </p>
      <input type="hidden" name="back" value={back} />
      <div class="field">
        <label for="code">Set-up code</label>
        <input
          id="code"
          name="code"
          type="password"
          autocomplete="one-time-code"
          required
          aria-invalid={wrong ? 'true' : undefined}
          aria-describedby="code-hint"
        />
        <span class="hint" id="code-hint">
          {wrong ? 'That is not the code. ' : ''}It stands in the server's log, such as abcd-efgh-jkmn.
        </span>
      </div>
      <p>
        <button type="submit" class="button main">
          Continue
        </button>
      </p>
    </form>
  )
}
