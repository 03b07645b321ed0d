import { type Act, actOf } from '../../../server/contract/acts.ts'
import { Heading } from '../layout.tsx'
import { MainAct, type Trouble, TroubleNote } from '../parts/notice.tsx'
import { SignInForm } from './sign-in.tsx'

export interface ProblemData extends Trouble {
  readonly title: string
  readonly code: string
  readonly requestId: string
  /** What helps; null: nothing but going on elsewhere. */
  readonly act: Act | null
  /** Path to return to after signing in. */
  readonly back: string
  /** How the owner signs in; only with sign_in_needed. */
  readonly way?: 'code' | 'password'
}

const home = actOf('see_home', {})

export function ProblemPage(problem: ProblemData) {
  return (
    <div class="page narrow">
      <Heading title={problem.title} />
      {problem.code === 'sign_in_needed' ? (
        <>
          <p>{problem.happened}</p>
          <SignInForm back={problem.back} way={problem.way ?? 'code'} />
        </>
      ) : (
        <ProblemBody {...problem} />
      )}
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
