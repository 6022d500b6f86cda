/** Which partition of AWS a region belongs to: it is part of every ARN, and of every host name. */

export interface AwsPartition {
  /** As in ARNs. */
  readonly name: 'aws' | 'aws-us-gov' | 'aws-cn'
  /** What host names of services end with. */
  readonly suffix: string
}

export function partitionOf(region: string): AwsPartition {
  if (region.startsWith('cn-')) return { name: 'aws-cn', suffix: 'amazonaws.com.cn' }
  return { name: region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws', suffix: 'amazonaws.com' }
}
