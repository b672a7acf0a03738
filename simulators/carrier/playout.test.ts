import { expect, test } from 'vitest'
import { StreamPlayout } from './playout.ts'

function playing() {
  const marks: string[] = []
  return { marks, playout: new StreamPlayout((name) => marks.push(name), 600_000) }
}

const tenMinutes = 10 * 60 * 8000
const frame = (value: number, length = 160) => new Uint8Array(length).fill(value)

test('a mark returns when the frame before it has been heard, not when it was taken', () => {
  const { marks, playout } = playing()
  playout.write(frame(1))
  playout.mark('a')
  expect(playout.next()).toEqual(frame(1))
  expect(marks).toEqual([])
  expect(playout.next()).toBeUndefined()
  expect(marks).toEqual(['a'])
})

test('a mark with nothing to wait for returns at once; behind a frame being played it waits', () => {
  const { marks, playout } = playing()
  playout.mark('now')
  expect(marks).toEqual(['now'])
  playout.write(frame(1))
  playout.next()
  playout.mark('after')
  expect(marks).toEqual(['now'])
  playout.next()
  expect(marks).toEqual(['now', 'after'])
})

test('clear forgets the sound and returns all waiting marks in order, at once', () => {
  const { marks, playout } = playing()
  playout.write(frame(1))
  playout.mark('a')
  playout.write(frame(2))
  playout.mark('b')
  playout.clear('returned')
  expect(marks).toEqual(['a', 'b'])
  expect(playout.queued).toBe(0)
  expect(playout.next()).toBeUndefined()
  playout.mark('c')
  expect(marks).toEqual(['a', 'b', 'c'])
})

test('pieces of any size are played as one stream', () => {
  const { playout } = playing()
  playout.write(frame(1, 100))
  playout.write(frame(2, 100))
  playout.write(frame(3, 1000))
  const heard: number[] = []
  for (let next = playout.next(); next; next = playout.next()) heard.push(...next)
  expect(heard.slice(0, 1200)).toEqual([...frame(1, 100), ...frame(2, 100), ...frame(3, 1000)])
  expect(heard.slice(1200)).toEqual([...frame(0xff, 80)])
})

test('a mark in the middle of a frame returns after that frame, before later ones', () => {
  const { marks, playout } = playing()
  playout.write(frame(1, 80))
  playout.mark('mid')
  playout.write(frame(2, 240))
  playout.mark('end')
  playout.next()
  expect(marks).toEqual([])
  playout.next()
  expect(marks).toEqual(['mid'])
  playout.next()
  expect(marks).toEqual(['mid', 'end'])
})

test('ten minutes fit, more is discarded', () => {
  const { playout } = playing()
  expect(playout.write(new Uint8Array(tenMinutes))).toBe(true)
  expect(playout.write(frame(1))).toBe(false)
  expect(playout.queued).toBe(tenMinutes)
  playout.next()
  expect(playout.write(frame(1))).toBe(true)
})

test('a long call leaves nothing behind', () => {
  const { marks, playout } = playing()
  for (let at = 0; at < 10_000; at++) {
    playout.write(frame(at & 0x7f))
    playout.mark(String(at))
    expect(playout.next()?.[0]).toBe(at & 0x7f)
  }
  playout.next()
  expect(marks.length).toBe(10_000)
  expect(playout.queued).toBe(0)
})
