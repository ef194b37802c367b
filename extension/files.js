// The worker that reads and writes files: one job, call by call, in the order in which they come.
// Each is answered with `[whether it went well, the answer or the reason]`. Ended by whoever began it.
import init, { Reading, Writing } from './tracelight-files.js';

const jobs = { Reading, Writing };
const ready = init();
let job;

onmessage = async ({ data: [call, ...words] }) => {
  try {
    await ready;
    const answer = call in jobs ? void (job = new jobs[call]()) : job[call](...words);
    postMessage([true, answer], answer?.buffer ? [answer.buffer] : []);
  } catch (error) {
    postMessage([false, `${error?.message ?? error}`]);
  }
};
