// Runs the emulators on loopback until standard input ends, that is until whoever started it is gone, however that went.
// The first line of standard output is where they listen: {"aws": "http://127.0.0.1:1234", "kinesis": "http://127.0.0.1:1235"}
import { once } from 'node:events';
import { buildApp } from 'fauxqs';
import kinesalite from 'kinesalite';
// Not among what the package exports.
import { SqsStore } from './node_modules/fauxqs/dist/sqs/sqsStore.js';

const loopback = '127.0.0.1';
const largestBody = 1024 ** 3;

// SQS, SNS and S3. Its own start listens on all interfaces and refuses bodies above 11 MiB.
// A queue's URL has the host that was asked, not sqs.us-east-1.localhost, which not every system resolves.
const sqsStore = new SqsStore();
sqsStore.host = '';
const aws = buildApp({ logger: false, stores: { sqsStore } });
aws.removeContentTypeParser('*');
aws.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: largestBody }, (_request, body, done) => done(null, body));
const awsUrl = await aws.listen({ host: loopback, port: 0 });

const kinesis = kinesalite({ createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 1000 });
kinesis.listen(0, loopback);
await once(kinesis, 'listening');

console.log(JSON.stringify({ aws: awsUrl, kinesis: `http://${loopback}:${kinesis.address().port}` }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
