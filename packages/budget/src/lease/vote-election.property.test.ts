import { ManualClock, SeededRandom, type Clock } from '@spillway/clock'
import { describe, expect, test } from 'vitest'
import { VoteElection } from './vote-election.ts'
import { Voter } from './voter.ts'

const TTL_MS = 1_000
const DRIFT = 0.02
const VOTERS = ['a', 'b', 'c', 'd', 'e']
const TIMES = { renewMs: 200, roundMs: 150, askedMs: 450, drift: DRIFT }

/** A clock that runs a little fast or slow. */
function drifting(truth: ManualClock, rate: number): Clock {
  return {
    nowMs: () => truth.nowMs() * rate,
    wallMs: () => truth.wallMs() * rate,
    schedule: (delayMs, task) => truth.schedule(delayMs / rate, task),
  }
}

interface Story {
  readonly voters?: readonly string[]
  readonly candidates?: number
  /** Restarted voters promise nothing for so long. */
  readonly silentMs?: number
  /** How likely it is that one of them restarts within 10 ms. */
  readonly restarts?: number
  /** Leaders are told to go now and then. */
  readonly isRetiring?: boolean
}

/** A leader that has left. Until then only its heirs, and theirs, may follow. */
interface Gone {
  readonly incarnation: string
  readonly untilMs: number
}

/**
 * Some candidates and some voters that restart now and then, on a network that loses, doubles and delays. Returns the epochs
 * that held office, whether two ever held it at once, and whether somebody followed without the ledger of who had left.
 */
function elect(seed: number, story: Story) {
  const {
    voters: names = VOTERS,
    candidates: crowd = 3,
    silentMs = TTL_MS,
    restarts = 0.005,
    isRetiring = false,
  } = story
  const random = new SeededRandom(seed)
  const truth = new ManualClock(1_000)
  const newClock = (): Clock => drifting(truth, 1 + (DRIFT / 2) * (2 * random.next() - 1))
  const clocks = names.map(newClock)
  const start = (index: number): Voter =>
    new Voter({ ...TIMES, name: names[index] ?? '', ttlMs: TTL_MS, silentMs }, clocks[index] ?? truth)
  const voters = names.map((_, index) => start(index))
  let incarnations = 0
  const stand = () => {
    const name = `c${++incarnations}`
    const clock = newClock()
    const election = new VoteElection({ ...TIMES, candidate: name, voters: names }, clock, random)
    return { name, clock, election, ledgers: new Set([name]) }
  }
  const candidates = Array.from({ length: crowd }, stand)
  const carry = (deliver: () => void): void => {
    if (random.next() < 0.2) return
    truth.schedule(60 * random.next(), deliver)
    if (random.next() < 0.1) truth.schedule(300 * random.next(), deliver)
  }
  const epochs: number[] = []
  const gone: Gone[] = []
  let hasOverlap = false
  let hasGap = false
  for (let step = 0; step < 4_000; step++) {
    truth.advance(10)
    if (random.next() < restarts) {
      const index = Math.floor(random.next() * names.length)
      voters[index] = start(index)
    }
    for (const [index, candidate] of candidates.entries()) {
      const { name, clock, election, ledgers } = candidate
      if (isRetiring && random.next() < 0.002) {
        const aliveMs = (election.office?.deadlineMs ?? 0) - clock.nowMs()
        election.retire()
        const left = election.takeLeave()
        if (left) gone.push({ incarnation: name, untilMs: truth.nowMs() + aliveMs * (1 - DRIFT) })
        for (const other of left ? candidates : []) {
          carry(() => {
            if (left && other.election.inherit(left)) for (const each of ledgers) other.ledgers.add(each)
          })
        }
        candidates[index] = stand()
      }
      const request = election.poll(true)
      for (const each of request ? voters.keys() : []) {
        carry(() => {
          const vote = request && voters[each]?.handle(request)
          if (vote) carry(() => election.answered(vote))
        })
      }
      const alive = election.office ? gone.filter(({ untilMs }) => untilMs > truth.nowMs()) : []
      if (alive.some(({ incarnation }) => !ledgers.has(incarnation))) hasGap = true
    }
    const offices = candidates.flatMap(({ election }) => election.office ?? [])
    if (offices.length > 1) hasOverlap = true
    for (const { epoch } of offices) if (epochs.at(-1) !== epoch) epochs.push(epoch)
  }
  return { epochs, hasOverlap, hasGap }
}

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1)

describe('an election by votes', () => {
  test.each<[string, Story]>([
    ['five voters', {}],
    ['three', { voters: ['a', 'b', 'c'] }],
    ['four', { voters: ['a', 'b', 'c', 'd'] }],
    ['two', { voters: ['a', 'b'] }],
    ['one', { voters: ['a'] }],
    ['a crowd', { candidates: 12 }],
    ['a crowd of leaders that hand over', { candidates: 8, isRetiring: true }],
    ['leaders that hand over', { isRetiring: true }],
    ['leaders that hand over to three voters', { voters: ['a', 'b', 'c'], isRetiring: true, restarts: 0.001 }],
  ])('with %s has one leader at a time whatever is lost, late or restarted, and again and again one', (_, story) => {
    for (const seed of SEEDS) {
      const { epochs, hasOverlap, hasGap } = elect(seed, story)
      expect({ seed, hasOverlap, hasGap }).toEqual({ seed, hasOverlap: false, hasGap: false })
      expect(epochs.length).toBeGreaterThan(0)
    }
  })

  test('has epochs that grow while voters remember', () => {
    for (const seed of SEEDS) {
      const { epochs } = elect(seed, { restarts: 0, isRetiring: true })
      expect(epochs).toEqual([...new Set(epochs)].sort((one, other) => one - other))
    }
  })

  test('has two leaders when restarted voters do not keep silent: the rule is needed', () => {
    const often = { voters: ['a', 'b', 'c'], restarts: 0.02 }
    expect(SEEDS.some((seed) => elect(seed, { ...often, silentMs: 0 }).hasOverlap)).toBe(true)
    expect(SEEDS.some((seed) => elect(seed, often).hasOverlap)).toBe(false)
  })
})

describe('a candidate', () => {
  const clock = new ManualClock()
  const promise = { candidate: 'x', isPromised: true, forMs: TTL_MS, otherEpoch: 0, rival: '' }

  function newElection(voters = ['a', 'b', 'c']): VoteElection {
    return new VoteElection({ ...TIMES, candidate: 'x', voters }, clock, new SeededRandom(1))
  }

  test('counts neither strangers nor the same voter twice', () => {
    const election = newElection()
    const round = election.poll(true)?.round ?? 0
    for (const voter of ['a', 'a', 'stranger']) election.answered({ ...promise, voter, round })
    expect(election.office).toBeUndefined()

    election.answered({ ...promise, voter: 'b', round })
    expect(election.office).toBeDefined()
  })

  test('with exactly half of the voters needs the one whose name sorts first', () => {
    const offices = ['east', 'west'].map((voter) => {
      const election = newElection(['west', 'east'])
      election.answered({ ...promise, voter, round: election.poll(true)?.round ?? 0 })
      return election.office !== undefined
    })

    expect(offices).toEqual([true, false])
  })

  test('holds the office as long as the last quorum of promises, counted from the sending of the request', () => {
    const election = newElection()
    const sentMs = clock.nowMs()
    const round = election.poll(true)?.round ?? 0
    clock.advance(100)
    for (const [voter, forMs] of [
      ['a', 300],
      ['b', 900],
      ['c', 600],
    ] as const) {
      election.answered({ ...promise, voter, round, forMs })
    }

    expect(election.office?.deadlineMs).toBeCloseTo(sentMs + 600 * (1 - DRIFT))
  })

  test('that steps down waits until nothing it granted can be in force', () => {
    const election = newElection(['a'])
    election.answered({ ...promise, voter: 'a', round: election.poll(true)?.round ?? 0 })
    election.sawEpoch(1e9)
    expect(election.office).toBeUndefined()

    clock.advance(900)
    expect(election.poll(true)).toBeUndefined()
    clock.advance(200)
    expect(election.poll(true)?.epoch).toBeGreaterThan(1e9)
  })

  const refusal = { ...promise, isPromised: false, forMs: 450 }

  test('gives everything back as soon as it cannot win and hears of a candidate that ranks before it', () => {
    const election = newElection(['a', 'b', 'c', 'd'])
    const round = election.poll(true)?.round ?? 0
    election.answered({ ...promise, voter: 'a', round })
    election.answered({ ...refusal, voter: 'b', round, rival: 'w' })
    expect(election.poll(true)).toBeUndefined()

    election.answered({ ...refusal, voter: 'c', round, rival: 'y' })
    expect(election.poll(true)).toBeUndefined()
    election.answered({ ...refusal, voter: 'd', round, rival: 'w' })
    expect(election.poll(true)).toMatchObject({ isRelease: true })
    // What was promised and is still under way is of no use any more.
    election.answered({ ...promise, voter: 'b', round })
    election.answered({ ...promise, voter: 'c', round })
    expect([election.office, election.poll(true)]).toEqual([undefined, undefined])
  })

  test('goes on asking while only lesser ones are in its way', () => {
    const election = newElection()
    const round = election.poll(true)?.round ?? 0
    clock.advance(20)
    for (const voter of ['b', 'c']) election.answered({ ...refusal, voter, round, rival: 'y' })
    clock.advance(10)
    expect(election.poll(true)).toBeUndefined()

    clock.advance(10)
    const again = election.poll(true)
    expect(again).toMatchObject({ isRelease: false })
    election.answered({ ...promise, voter: 'a', round })
    election.answered({ ...promise, voter: 'b', round: again?.round ?? 0 })
    expect(election.office).toBeDefined()
  })

  test('counts no promise of an epoch that the voter promised to somebody else, and asks for a higher one', () => {
    const election = newElection()
    const first = election.poll(true)
    const { round = 0, epoch = 0 } = first ?? {}
    election.answered({ ...promise, voter: 'a', round })
    election.answered({ ...promise, voter: 'b', round, otherEpoch: epoch })
    expect(election.office).toBeUndefined()

    const again = election.poll(true)
    expect(again?.epoch).toBe(epoch + 1)
    election.answered({ ...promise, voter: 'b', round: again?.round ?? 0, otherEpoch: epoch })
    expect(election.office).toBeUndefined()
    election.answered({ ...promise, voter: 'c', round: again?.round ?? 0 })
    expect(election.office?.epoch).toBe(epoch + 1)
  })

  test('lets a candidate that it overhears go first, but only once', () => {
    const election = newElection()
    const begun = { candidate: 'y', round: 1, epoch: 1, isInOffice: false, inherits: '', isRelease: false }
    election.overheard({ ...begun, candidate: 'x' }, undefined)
    election.overheard(begun, undefined)
    clock.advance(TIMES.askedMs - 1)
    expect(election.poll(true)).toBeUndefined()

    election.overheard(begun, undefined)
    clock.advance(1 + TIMES.roundMs)
    expect(election.poll(true)).toBeDefined()
  })

  test('asks nobody while the voter beside it is bound to a leader', () => {
    const election = newElection()
    const leading = { candidate: 'y', round: 1, epoch: 1, isInOffice: true, inherits: '', isRelease: false }
    election.overheard(leading, { ...promise, voter: 'a', candidate: 'y', round: 1 })
    clock.advance(TTL_MS)
    expect(election.poll(true)).toBeUndefined()

    clock.advance(TTL_MS * DRIFT + TIMES.roundMs)
    expect(election.poll(true)).toBeDefined()
  })

  test('that too few voters answer gives back after two rounds', () => {
    const election = newElection()
    const asked = Array.from({ length: 3 }, () => {
      const request = election.poll(true)
      clock.advance(TIMES.roundMs)
      return request?.isRelease
    })

    expect(asked).toEqual([false, false, true])
  })

  test('that may not stand does not, and one that was told to go leaves once and for all', () => {
    const election = newElection(['a'])
    expect(election.poll(false)).toBeUndefined()
    election.answered({ ...promise, voter: 'a', round: election.poll(true)?.round ?? 0 })
    const epoch = election.office?.epoch

    election.retire()
    expect(election.takeLeave()).toEqual({ incarnation: 'x', epoch })
    expect([election.office, election.takeLeave(), election.poll(true)]).toEqual([undefined, undefined, undefined])
  })
})
