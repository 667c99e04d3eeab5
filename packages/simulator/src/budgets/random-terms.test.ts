import { test } from 'vitest'
import { expectKept } from './random-courses.fixture.ts'
import { MODES } from './random-world.ts'

test.each(MODES)(
  'keeps the promise while terms change, whatever breaks, aggregators by %s',
  { timeout: 240_000 },
  (mode) => expectKept(150_000, mode, 'changing'),
)
