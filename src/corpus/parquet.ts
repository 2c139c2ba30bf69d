import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { jsonRows, type Rows } from './rows.ts';

/** Reads every row of a parquet file (any compression that parquet defines except LZO). */
export async function readParquet(bytes: Uint8Array): Promise<Rows> {
  const file = Uint8Array.from(bytes).buffer;
  try {
    const records = await parquetReadObjects({ file, compressors });
    return jsonRows(records.map((value, i) => ({ line: i + 1, value })));
  } catch (error) {
    throw new ChispaError('corpus-parquet', `is not a complete parquet file: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
