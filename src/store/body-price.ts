/** Where bodies are cheapest: up to which size an item of the table, and from where on an object. Pure. */

/** Dollars, us-east-1, on demand, 2026-11: aws.amazon.com/dynamodb/pricing, aws.amazon.com/s3/pricing. Regions differ by a factor, which cancels out. */
const prices = {
  /** Of writing a kilobyte to a table. */
  tableWriteUnit: 0.625e-6,
  tableGigabyteMonth: 0.25,
  objectPut: 5e-6,
  objectGigabyteMonth: 0.023,
} as const

const kilobyte = 1024
const gigabyte = 1024 ** 3
const daysPerMonth = 365 / 12

/** Packed bytes up to which an item costs no more than an object, over the life of the body: writing it and storing it. */
export function mostItemBytes(ttlDays: number): number {
  const months = ttlDays / daysPerMonth
  const itemPerByte = prices.tableWriteUnit / kilobyte + (months * prices.tableGigabyteMonth) / gigabyte
  const objectPerByte = (months * prices.objectGigabyteMonth) / gigabyte
  const most = prices.objectPut / (itemPerByte - objectPerByte)
  // an item is charged by the kilobyte that it begins
  return Math.floor(most / kilobyte) * kilobyte
}
