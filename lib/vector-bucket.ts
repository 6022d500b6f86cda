/** Where the meanings of cached questions are kept: S3 Vectors, one index for each number of dimensions. It goes with the stack. */
import { Fn, RemovalPolicy } from 'aws-cdk-lib'
import { CfnIndex, CfnVectorBucket } from 'aws-cdk-lib/aws-s3vectors'
import { Construct } from 'constructs'
import { vectorDimensions, vectorIndexName } from '../src/tables.ts'

export class VectorBucket extends Construct {
  readonly bucketName: string
  readonly indexArns: readonly string[]

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const bucket = new CfnVectorBucket(this, 'Bucket', { encryptionConfiguration: { sseType: 'AES256' } })
    bucket.overrideLogicalId('VectorBucket')
    bucket.applyRemovalPolicy(RemovalPolicy.DESTROY)
    // `…:bucket/name`: the resource does not tell its name alone
    this.bucketName = Fn.select(1, Fn.split('/', bucket.attrVectorBucketArn))
    const indexes = vectorDimensions.map((dimension) => {
      const index = new CfnIndex(this, `Index${dimension}`, {
        vectorBucketArn: bucket.attrVectorBucketArn,
        indexName: vectorIndexName(dimension),
        dataType: 'float32',
        dimension,
        distanceMetric: 'cosine',
      })
      index.applyRemovalPolicy(RemovalPolicy.DESTROY)
      return index
    })
    this.indexArns = indexes.map((index) => index.attrIndexArn)
  }
}
