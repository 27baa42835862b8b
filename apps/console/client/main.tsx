import { render } from 'preact';
import { App } from './app.tsx';
import './style/tokens.css';
import './style/base.css';
import './style/kit.css';
import './style/over.css';
import './style/shell.css';

const root = document.querySelector('#app');
if (root) render(<App />, root);
