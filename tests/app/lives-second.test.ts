// Half of the lives of `make test`; the first half is in lives-first.test.ts, so that two workers share them.
import { keepEveryPromise } from '../sim/lives/range.ts'

keepEveryPromise(1001, 1000)
