/** Where bodies go that are too large for a record. They expire together with their records. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { acceptFinding } from './accepted-finding.ts'

/** No answer is cached for longer; large ones lie here as well. */
const longestCachedDays = 91

export interface PayloadBucketProps {
  readonly expireAfterDays: number
}

export class PayloadBucket extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string, props: PayloadBucketProps) {
    super(scope, id)
    this.bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      lifecycleRules: [
        {
          expiration: Duration.days(props.expireAfterDays),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { prefix: 'cache/', expiration: Duration.days(longestCachedDays) },
      ],
    })
    acceptFinding(this.bucket, 'S1', 'only our functions reach it, and each access belongs to a request record')
    if (this.bucket.node.defaultChild instanceof CfnBucket)
      this.bucket.node.defaultChild.overrideLogicalId('PayloadBucket')
  }
}
