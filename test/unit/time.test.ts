import { formatTime, parseTimeZone } from '../../lib/basics/time';

const time = new Date('2014-09-19T12:04:05Z');

test.each([
  ['UTC', '2014-09-19 12:04:05 +00:00'],
  ['Asia/Seoul', '2014-09-19 21:04:05 +09:00'],
  ['America/St_Johns', '2014-09-19 09:34:05 -02:30'],
])('%s', (zone, text) => {
  expect(formatTime(time, parseTimeZone(zone))).toBe(text);
});

test("without a zone it is the machine's", () => {
  expect(formatTime(time)).toBe(formatTime(time, Intl.DateTimeFormat().resolvedOptions().timeZone));
});

test('a zone that does not exist is refused', () => {
  expect(parseTimeZone('Asia/Soul')).toBeUndefined();
});
