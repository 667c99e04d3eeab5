import { array, assert, boolean, constantFrom, double, integer, property, record } from 'fast-check'
import { PriorityClass, className } from '@spillway/call'
import { describe, expect, test } from 'vitest'
import { Bench, app, expression, gateway, stranger } from './classifier.fixture.ts'
import { DEFAULT_TOP_SHARE, TopShare } from './top-share.ts'

const { critical, standard, sheddable, batch } = PriorityClass
const ranks = constantFrom(critical, standard, sheddable, batch)
const criticalRule = {
  when: expression((variables) => variables.metadata.get('x') === '1', { metadata: true }),
  priority: critical,
}

describe('the share of the top class', () => {
  test('never exceeds the larger of allowance and share, at any time, for any mix of calls', () => {
    const calls = array(record({ isClaim: boolean(), gapMs: integer({ min: 0, max: 3_000 }) }), { maxLength: 300 })
    assert(
      property(
        calls,
        double({ min: 0, max: 1, noNaN: true }),
        integer({ min: 0, max: 5 }),
        (calls, share, allowance) => {
          const topShare = new TopShare({ ...DEFAULT_TOP_SHARE, share, allowance })
          const seen: { timeMs: number; isGranted: boolean }[] = []
          let timeMs = 0
          for (const { isClaim, gapMs } of calls) {
            timeMs += gapMs
            const isGranted = topShare.arrive('peer', isClaim, timeMs) && isClaim
            seen.push({ timeMs, isGranted })
            if (!isGranted) continue
            const window = seen.filter((one) => one.timeMs > timeMs - 0.9 * DEFAULT_TOP_SHARE.windowMs)
            const whole = seen.filter((one) => one.timeMs > timeMs - DEFAULT_TOP_SHARE.windowMs)
            const granted = window.filter((one) => one.isGranted).length
            expect(granted).toBeLessThanOrEqual(Math.max(allowance, share * whole.length))
          }
        },
      ),
    )
  })

  test('lets a handful of claims stand, then a fifth of the calls', () => {
    const topShare = new TopShare(DEFAULT_TOP_SHARE)
    const granted = (calls: number): number => {
      let count = 0
      for (let index = 0; index < calls; index++) if (topShare.arrive('peer', true, 0)) count++
      return count
    }
    expect(granted(10)).toBe(10)
    expect(granted(40)).toBe(0)
    expect(granted(100)).toBe(20)
  })

  test('comes back when the window has passed', () => {
    const topShare = new TopShare({ ...DEFAULT_TOP_SHARE, allowance: 1, share: 0 })
    expect([0, 1, 8_999, 10_000].map((timeMs) => topShare.arrive('peer', true, timeMs))).toEqual([
      true,
      false,
      false,
      true,
    ])
  })

  test('is that of each peer alone', () => {
    const topShare = new TopShare({ ...DEFAULT_TOP_SHARE, allowance: 1, share: 0 })
    expect(['a', 'a', 'b'].map((peer) => topShare.arrive(peer, true, 0))).toEqual([true, false, true])
  })

  test('is remembered for a bounded number of peers, idle ones forgotten first', () => {
    const topShare = new TopShare({ ...DEFAULT_TOP_SHARE, allowance: 1, share: 0, maxPeers: 3 })
    topShare.arrive('idle', true, 0)
    topShare.arrive('busy', true, 9_000)
    for (let index = 0; index < 2; index++) topShare.arrive(`new-${index}`, false, 15_000)
    expect(topShare.peers).toBe(3)
    expect(topShare.arrive('busy', true, 15_000)).toBe(false)
    for (let index = 0; index < 1_000; index++) topShare.arrive(`flood-${index}`, true, 15_000)
    expect(topShare.peers).toBe(3)
  })

  test('starts afresh for a peer that was forgotten, also where its count was noted', () => {
    const topShare = new TopShare({ ...DEFAULT_TOP_SHARE, allowance: 1, share: 0, maxPeers: 3 })
    const note = { peerCalls: undefined }
    expect([0, 0].map((timeMs) => topShare.arrive('busy', true, timeMs, note))).toEqual([true, false])
    for (let index = 0; index < 3; index++) topShare.arrive(`new-${index}`, true, 20_000)

    expect(topShare.arrive('busy', true, 20_000, note)).toBe(true)
    expect(topShare.arrive('busy', true, 20_000)).toBe(false)
  })
})

describe('the cap', () => {
  const few = { allowance: 1, share: 0 }

  test('moves claims by metadata and by rules on what callers choose one class down, and counts them', () => {
    const bench = new Bench({ policy: { raise: [criticalRule] }, topShare: few })
    expect([bench.call({ x: '1' }).rank, bench.call({ x: '1' }).rank]).toEqual([critical, standard])
    const listed = new Bench({ topShare: few, trust: { identities: new Map([[gateway.id, critical]]) } })
    const claim = { 'spillway-class': 'critical.7' }
    expect([listed.call(claim, gateway).rank, listed.call(claim, gateway).rank]).toEqual([critical, standard])
    expect(listed.classifier.counts.cappedCalls).toBe(1)
  })

  test('leaves alone methods that are declared critical, rules on the peer, and our own app', () => {
    const declared = new Bench({ policy: { priority: critical, raise: [criticalRule] }, topShare: few })
    const byPeer = new Bench({
      policy: { raise: [{ when: expression(() => true), priority: critical }] },
      topShare: few,
    })
    const own = new Bench({ topShare: few })
    for (let index = 0; index < 5; index++) {
      expect(declared.call({ x: '1' }).rank).toBe(critical)
      expect(byPeer.call().rank).toBe(critical)
      expect(own.call({ 'spillway-class': 'critical.1' }, app).rank).toBe(critical)
    }
  })
})

describe('the class of any call', () => {
  test('is never above what peer and method allow, whatever the metadata says', () => {
    const peers = constantFrom(app, stranger, gateway)
    assert(
      property(ranks, ranks, ranks, ranks, peers, boolean(), (claimed, declared, own, maximum, peer, isTagged) => {
        const trust = { appMaximum: maximum, identities: new Map([[gateway.id, own]]) }
        const bench = new Bench({ policy: { priority: declared }, trust })
        const { rank, isInherited } = bench.call(isTagged ? { 'spillway-class': `${className(claimed)}.1` } : {}, peer)
        const allowed = { app: maximum, identity: Math.min(own, declared), anonymous: declared }[peer.kind]
        if (isInherited) expect(rank).toBe(Math.max(claimed, allowed))
        else expect(rank).toBe(declared)
        expect(isInherited).toBe(isTagged && peer.kind !== 'anonymous')
      }),
    )
  })
})
