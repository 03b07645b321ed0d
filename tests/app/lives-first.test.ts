// Half of the lives of `make test`; the other half is in lives-second.test.ts, so that two workers share them.
import { keepEveryPromise } from '../sim/lives/range.ts'

keepEveryPromise(1, 1000)
