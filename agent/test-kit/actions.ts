import type { Actions } from '../remote/actions.ts';

/** For tests: writes down what a machine is asked to do. Nothing of it may really happen where tests run. */
export class WrittenActions implements Actions {
  readonly asked: string[] = [];
  show = async (text: string): Promise<'shown' | 'nobody' | 'not_supported'> => {
    this.asked.push(`show ${text}`);
    return 'shown';
  };
  wake = async (macs: readonly string[]): Promise<boolean> => {
    this.asked.push(`wake ${macs.join(' ')}`);
    return true;
  };
  power = async (what: string): Promise<boolean> => {
    this.asked.push(what);
    return true;
  };
  restartAgent = (): void => void this.asked.push('restart_agent');
}
