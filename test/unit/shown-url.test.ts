import { shownUrl, withoutCredentials } from '../../lib/basics/shown-url';

test.each([
  ['http://ctl1:5000/v3', 'http://ctl1:5000/v3'],
  ['http://user:s3cr3t@ctl1:5000/v3', 'http://***@ctl1:5000/v3'],
  ['http://ctl1:6080/vnc?token=s3cr3t', 'http://ctl1:6080/vnc?***'],
  ['http://ctl1/#s3cr3t', 'http://ctl1/?***'],
  ['http://user:s3/cr3t@ctl1:5000', 'http://***@ctl1:5000'],
  ['http://user:s3?cr3t@ctl1:5000', 'http://***'],
  ['http://user:s3#cr3t@ctl1:5000/x?y=1', 'http://***'],
  ['http://user:s3cr3t@ctl1:5000/x?y=1', 'http://***@ctl1:5000/x?***'],
  ['http://user:s3 cr3t@ctl1', 'http://***@ctl1'],
  ['//user:s3/cr3t@ctl1', '//***@ctl1'],
  ['user:s3cr3t@ctl1', '***@ctl1'],
  ['', ''],
])('the address %s is shown as %s', (address, shown) => {
  expect(shownUrl(address)).toBe(shown);
});

test.each([
  ["(pymysql.err.OperationalError) mysql+pymysql://nova:s3/cr3t@db1/nova: can't connect", "(pymysql.err.OperationalError) mysql+pymysql://***@db1/nova: can't connect"],
  ['AMQP server on rabbit://a:s3cr3t@mq1:5672,b:s3cr3t@mq2:5672// is unreachable', 'AMQP server on rabbit://***@mq2:5672// is unreachable'],
  ['see <http://ctl1/x?token=s3cr3t>, or http://ctl1/y.', 'see <http://ctl1/x?*** or http://ctl1/y.'],
  ['a@b and kind.name@host:ctl1, and docs/doctor.md#sw-1001?', 'a@b and kind.name@host:ctl1, and docs/doctor.md#sw-1001?'],
])('the text %s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown);
}); // prettier-ignore
