class G: pass
